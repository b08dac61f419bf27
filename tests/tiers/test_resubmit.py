"""What the opening tier refuses of a host before it looks at anything else."""

from __future__ import annotations

from typing import Any, cast

import pytest

from masking_service.service.custody.state import Custody
from masking_service.service.tiers.forwarding import MAX_RECORDS, Resubmission, SubmittedAgain
from masking_service.service.tiers.resubmit import Resubmit, _checked
from masking_service.service.waybills.tokenize import HowToStore
from tests.every import every
from tests.store.stores import NOW, NUMBER, body

RECORD = SubmittedAgain(NUMBER, body())
NOTHING = cast(Any, None)


def forwarded(records: list[SubmittedAgain], site: str | None = None, *, revise: bool = False) -> Resubmission:
    return Resubmission("Bearer x", "192.0.2.1", "r-1", None, revise=revise, site=site, records=records)


def resubmitted(records: list[SubmittedAgain], site: str | None = None) -> None:
    resubmit = Resubmit(admission=NOTHING, gate=NOTHING, budgets=NOTHING, storing=NOTHING)
    resubmit("host-1", forwarded(records, site), NOW)


@pytest.mark.parametrize(
    ("records", "site"),
    [
        ([], None),
        ([RECORD] * (MAX_RECORDS + 1), None),
        ([RECORD], ""),
        ([RECORD], "no site"),
        ([RECORD, SubmittedAgain("sf0000000001", body())], None),
        ([SubmittedAgain("13812345678/1", body())], None),
    ],
    ids=["no record", "too many", "an empty site", "no site", "a number in other letters", "no number"],
)
def test_what_no_intake_host_sends_is_refused(records: list[SubmittedAgain], site: str | None) -> None:
    with pytest.raises(ValueError, match=r"a batch|site|waybill"):
        resubmitted(records, site)


@every(
    "broken",
    [b"", b"3", b"[]", b'["standard",3]', b'["standard",[],"x"]', b'["standard",999,"x"]', b'["\x80"]', body()[:-1]],
)
def test_what_is_no_body_of_a_record_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="not the body of a record"):
        resubmitted([SubmittedAgain(NUMBER, broken)])


@pytest.mark.parametrize("count", [1, MAX_RECORDS])
def test_a_batch_goes_on_to_its_credential(count: int) -> None:
    with pytest.raises(AttributeError, match="authenticator"):
        resubmitted([RECORD] * count, "021001")


@pytest.mark.parametrize(("site", "custody"), [(None, None), ("021001", Custody("021001"))])
@pytest.mark.parametrize("revise", [False, True])
def test_records_are_read_with_how_they_are_stored(site: str | None, custody: Custody | None, revise: bool) -> None:
    [entering], how = _checked(forwarded([RECORD], site, revise=revise))

    assert (entering.number, entering.body, how) == (NUMBER, body(), HowToStore(custody, revise))
