"""How the options `--from` and `--to` of packs are read."""

import pytest

from masking_audit.cli.pack_commands import _begin, _end

DAY = 1_795_478_400
"""2026-11-24, in Unix seconds."""


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-11-24", DAY, DAY + 86_400),
        ("2026-11-24T08:00:00Z", DAY + 8 * 3_600, DAY + 8 * 3_600),
        (str(DAY), DAY, DAY),  # as long as a day
    ],
)
def test_only_a_day_has_an_end_of_its_own(text: str, begin: int, end: int) -> None:
    assert (_begin(text), _end(text)) == (begin, end)


@pytest.mark.parametrize("text", ["", "2026-13-24", "yesterday"])
def test_what_is_no_time_is_refused_in_one_sentence(text: str) -> None:
    for read in (_begin, _end):
        with pytest.raises(ValueError, match=r"^has to be a day such as 2026-11-24, or a time such as 2026-11-24T08:"):
            read(text)
