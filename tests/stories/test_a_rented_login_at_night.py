"""An officer's login is rented: the renter signs in at night from another device, and the lookout reads the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.stories.conftest import Command
from tests.web.api import Api, Clock, field, record
from tests.web.people import DESK, OFFICER, SUPERVISOR

DAY, HOUR = 86_400, 3_600
DAYS, A_DAY = 12, 5
LOGIN, DESKTOP, PHONE = "lin", "desktop-17", "phone-99"
POLICY = "\nlookout:\n  freeze: [new-device, odd-hours]\n"
Work = Callable[..., None]


@pytest.fixture
def work(fresh: Api, set_clock: Clock) -> Work:
    """A case of five parcels, opened by the login at a time from a device."""

    def at(time: int, device: str) -> None:
        set_clock(time)
        numbers = [f"SF{time % 10**9:09d}{number}" for number in range(A_DAY)]
        fresh.tokenize(*[record(number) for number in numbers])
        case = f"D-{time}"
        fresh.open_case(case, *numbers, who=fresh.mint(DESK, "li"))
        officer = fresh.mint(OFFICER, LOGIN, device=device)
        for number in numbers:
            fresh.opened(field(number, "/recipient/phone"), who=officer, case=case)

    return at


@pytest.fixture
def lookout(fresh: Api, now: int, set_clock: Clock, work: Work, command: Command, tmp_path: Path) -> Command:
    """Runs the lookout at midnight, after twelve days of work at the desktop and what the night brought."""
    midnight = now // DAY * DAY
    for day in reversed(range(DAYS)):
        work(midnight - (day + 9) * DAY + 9 * HOUR, DESKTOP)
    policy = tmp_path / "policy.yaml"
    policy.write_text(fresh.parts.settings.policy.read_text("utf-8") + POLICY, "utf-8")

    def run(*, hour: int, device: str) -> Result:
        work(midnight - DAY + hour * HOUR, device)
        set_clock(midnight)
        return command("audit", "lookout", MASKING_POLICY=str(policy))

    return run


def frozen(api: Api) -> list[str]:
    listed = api.get(SUPERVISOR, "/v1/principals/frozen").get_json()["principals"]
    return [one["id"] for one in listed]


def test_at_night_from_another_device_it_is_frozen_with_the_reasons_in_words(lookout: Command, fresh: Api) -> None:
    said = lookout(hour=3, device=PHONE)

    assert said.exit_code == 0, said.output
    assert "did 5 of 5 actions of a week in hours that are unusual for this person; expected 0.1" in said.output
    assert "new devices in the last seven days: 1, not used on any of 12 earlier days" in said.output
    assert frozen(fresh) == [f"dev/{LOGIN}"]
    assert PHONE not in said.output


@pytest.mark.parametrize(("hour", "device"), [(9, PHONE), (3, DESKTOP)])
def test_a_new_device_alone_and_a_night_alone_list_no_one(lookout: Command, fresh: Api, hour: int, device: str) -> None:
    assert "no one to list" in lookout(hour=hour, device=device).output
    assert frozen(fresh) == []
