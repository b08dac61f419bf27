"""Tests how pages are read and checked."""

from pathlib import Path

import pytest

from tests.docs.pages import Step, is_what_was_said, run, steps
from tests.every import every

ONE, OTHER = "wbt1ACEIHOnqQalCrX5cKQtvVsg", "wbt1AzsL-zkCVL1oSh-ke5Kqbzw"
SHOWN = "wbt1AAAAAAAAAAAAAAAAAAAAAAA"
SHOWN_TOO = "wbt1BBBBBBBBBBBBBBBBBBBBBBB"


def said(prints: str, printed: str, tokens: dict[str, str] | None = None) -> bool:
    return is_what_was_said(Step("", prints), printed, {} if tokens is None else tokens)


def test_a_page_is_split_into_steps() -> None:
    page = "# Title\n```bash\n# why\none \\\n  more\n#> 1\n#> 2\ntwo\n```\n```json\n{}\n```\n"
    page += "```bash\nthree\n#> 3\n```\n"

    assert steps(page) == [Step("# why\none \\\n  more\n", "1\n2"), Step("two\n", ""), Step("three\n", "3")]


def test_steps_share_a_shell_and_have_their_own_output(tmp_path: Path) -> None:
    assert run([Step("word=said\n", ""), Step("echo $word; echo too >&2\n", "")], tmp_path, {}) == ["", "said\ntoo"]


def test_a_command_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"^ls nowhere\n\nended with 2"):
        run([Step("true\n", ""), Step("ls nowhere\n", ""), Step("echo never\n", "")], tmp_path, {})


@every(
    ("prints", "printed"),
    [
        ('{"failed":0}', '{"failed":1}'),
        ('{"value":"13812345678"}', '{"value":"13812345679"}'),
        ('{"at":"2026-11-24T17:52:05Z"}', '{"at":"2026-11-24"}'),
        ('{"failed":0}', '{"failed":0}\nand more'),
        (f'{{"token":"{SHOWN}"}}', '{"token":"138****5678"}'),
    ],
)
def test_different_output_is_rejected(prints: str, printed: str) -> None:
    assert not said(prints, printed)


@pytest.mark.parametrize(
    ("prints", "printed", "another"),
    [
        ('{"at":"2026-11-24T17:52:05Z"}', '{"at":"2027-01-02T03:04:05Z"}', '{"at":"2027-01-02T03:04:05"}'),
        ("until 2027-05-24", "until 2028-06-25", "until 2028-6-25"),
        ('{"audit":"5e9ae79d7ce4e7c0-4"}', '{"audit":"d2675dfbd982ecd8-13"}', '{"audit":"d2675dfbd982ecd8-"}'),
        ("… entries of … writers", "20 entries of 3 writers", "20 entries of 3 writer"),
        (f'{{"token":"{SHOWN}"}}', f'{{"token":"{ONE}"}}', f'{{"token":"{ONE}A"}}'),
    ],
    ids=["moment", "day", "entry", "dots", "token"],
)
def test_volatile_output_may_differ_in_its_own_form(prints: str, printed: str, another: str) -> None:
    assert (said(prints, printed), said(prints, another)) == (True, False)


def test_a_token_shown_twice_must_be_the_same() -> None:
    tokens: dict[str, str] = {}

    assert said(SHOWN, ONE, tokens)
    assert said(SHOWN, ONE, tokens)
    assert not said(SHOWN, OTHER, tokens)
    assert not said(f"{SHOWN_TOO} {SHOWN_TOO}", f"{ONE} {OTHER}")


def test_two_different_tokens_must_differ() -> None:
    assert said(f"{SHOWN} {SHOWN_TOO}", f"{ONE} {OTHER}")
    assert not said(f"{SHOWN} {SHOWN_TOO}", f"{ONE} {ONE}")
