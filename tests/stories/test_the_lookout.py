"""An officer and a friend at the desk take a few phones a day, and the lookout reads the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from masking_audit.cli.lookout import lookout_of
from masking_service.service.lookout.state import Reason, StoredListing, StoredReason
from tests.stories.conftest import Command
from tests.web.api import Api, Clock, field, record
from tests.web.calls import alerts
from tests.web.people import DESK, OFFICER, SUPERVISOR, TRACKING

DAY = 86_400
DAYS = 8
OFFICERS = [f"o{number}" for number in range(6)]
DESKS = ["li", "zhao", "sun"]
THIEF, FRIEND = "dev/thief", "dev/wang"


def work(api: Api, officer: str, desk: str, case: str) -> str:
    """A parcel, a case that names it, and its opened phone; returns the number of the parcel."""
    number = f"SF{case.replace('-', '').upper():0>12}"
    api.tokenize(record(number))
    api.open_case(case, number, who=api.mint(DESK, desk))
    api.opened(field(number, "/recipient/phone"), who=api.mint(OFFICER, officer), case=case)
    return number


@pytest.fixture
def command(command: Command, fresh: Api, now: int, set_clock: Clock) -> Command:
    """Runs a command on the log of eight days: six officers work for three desks, and the thief for the friend."""
    for day in range(DAYS):
        begin = now - (DAYS + 3 - day) * DAY
        set_clock(begin)
        numbers = [work(fresh, who, DESKS[(at + day) % 3], f"D-{day}-{at}") for at, who in enumerate(OFFICERS)]
        for at in range(3):
            work(fresh, "thief", "wang", f"T-{day}-{at}")
        set_clock(begin + 60)
        scans = [{"waybill_no": number, "site": "021001"} for number in numbers]  # of parcels that are on their way
        fresh.post(TRACKING, "/v1/custody", {"items": scans})
    set_clock(now)
    return command


def shortlist(api: Api) -> list[StoredListing]:
    return lookout_of(api.parts).shortlists.of("default")


def test_supervisors_read_the_list_with_the_reasons_in_both_languages(command: Command, fresh: Api) -> None:
    command("audit", "lookout")
    (one,) = fresh.get(SUPERVISOR, "/v1/activity").get_json()["listed"]
    said = {reason["signal"]: (reason["en"], reason["zh"]) for reason in one["reasons"]}

    assert (one["principal"], one["frozen"], set(said)) == (THIEF, False, {"pair", "unfollowed"})
    assert said["pair"][0].startswith("opened 24 of 24 cases that wang opened")
    assert said["pair"][1].startswith("wang 所建的 24 张工单中有 24 张由其显示")


def test_the_list_is_announced_in_the_log(command: Command) -> None:
    command("audit", "lookout")
    lines = command("audit", "export").stdout.splitlines()
    entries = [line["entry"] for line in map(json.loads, lines) if "entry" in line]

    assert [(one["principal"], len(one["facts"])) for one in entries if one["action"] == "lookout"] == [
        ("service/lookout", 1)
    ]


def test_each_listed_person_raises_an_alert_and_at_most_five_are_listed_a_day(fresh: Api, now: int) -> None:
    heard = alerts(fresh)
    reasons = [
        Reason(f"staff/p{at}", signal, 4.0, 9, 11, 1.4, "staff/wang") for at in range(7) for signal in ("pair", "pace")
    ]
    lookout = lookout_of(fresh.parts)
    days = [[one.id for one in lookout("default", reasons, now + at)] for at in (0, 60, DAY)]

    assert days == [[f"staff/p{at}" for at in range(5)], [], ["staff/p5", "staff/p6"]]
    assert [one.kind for one in heard] == ["lookout"] * 7


def test_a_listed_person_is_listed_again_after_seven_days(fresh: Api, now: int) -> None:
    reasons = [Reason("staff/p", signal, 3.4567, 9.12345, 11, 1.23456, "staff/wang") for signal in ("pace", "pair")]
    lookout = lookout_of(fresh.parts)

    assert [len(lookout("default", reasons, now + at)) for at in (0, 7 * DAY, 7 * DAY + 1)] == [1, 0, 1]
    kept = [StoredReason(signal, 3.5, 9.123, 11, 1.235, "staff/wang") for signal in ("pace", "pair")]
    whole = StoredListing(id="staff/p", at=now + 7 * DAY + 1, total=6.9, frozen=False, reasons=kept)
    assert shortlist(fresh)[0] == whole


def test_the_list_keeps_thirty_days(fresh: Api, now: int) -> None:
    found = []
    for who, at in (("staff/a", now), ("staff/b", now + 30 * DAY), ("staff/c", now + 30 * DAY + 1)):
        reasons = [Reason(who, signal, 4.0, 9, 11, 1.4, "staff/wang") for signal in ("pair", "pace")]
        lookout_of(fresh.parts)("default", reasons, at)
        found.append("".join(one.id[-1] for one in shortlist(fresh)))

    assert found == ["a", "ba", "cb"]


def test_a_policy_may_freeze_who_has_all_of_several_signals(command: Command, fresh: Api, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    content = fresh.parts.settings.policy.read_text("utf-8")
    policy.write_text(content + "\nlookout:\n  freeze: [pair, unfollowed]\n", "utf-8")
    said = command("audit", "lookout", MASKING_POLICY=str(policy))
    (frozen,) = fresh.get(SUPERVISOR, "/v1/principals/frozen").get_json()["principals"]

    assert said.exit_code == 0, said.output
    assert (frozen["id"], frozen["why"]) == (THIEF, "lookout")
