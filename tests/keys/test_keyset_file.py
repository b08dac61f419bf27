"""Tests dates and named keys of keyset files."""

import time

import msgspec
import pytest

from keys.keyset_file import NamedRoot, date_of, day_of
from tests.every import every

DAYS = [(0, "1970-01-01"), (1, "1970-01-02"), (20_781, "2026-11-24"), (22_338, "2031-02-28"), (2_932_896, "9999-12-31")]


@every(("day", "date"), DAYS)
def test_a_day_has_a_date_and_a_date_is_a_day(day: int, date: str) -> None:
    assert (date_of(day), day_of(date)) == (date, day)


@pytest.mark.parametrize("zone", ["UTC+12", "UTC-12"])
def test_a_date_does_not_depend_on_the_time_zone(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", zone)
        time.tzset()
        date = date_of(20_781)
    time.tzset()

    assert date == "2026-11-24"


def test_a_named_key_has_the_date_of_its_entry() -> None:
    entry = NamedRoot("transit", "root").entry("distributed", "2026-11-24")

    assert (entry.state, entry.created, entry.since) == ("distributed", "2026-11-24", "2026-11-24")


def test_a_named_key_without_an_id_gets_one_of_its_own() -> None:
    ids = {NamedRoot("transit", "root").entry("active", "2026-11-24").id for _ in range(2)}

    assert [len(bytes.fromhex(key_id)) for key_id in ids] == [8, 8]


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"provider": "transit"}, "a root key at a provider has a `name`"),
        ({"provider": "pkcs11", "name": ""}, "a root key at a provider has a `name`"),
        *(
            ({"provider": "file"} | more, "a root key in the file has `provider` alone")
            for more in (
                {"name": "root"},
                {"version": 2},
                {"id": "1f2e3d4c5b6a7988"},
                {"pkcs11": {"module": "m.so", "token": "first", "pin_file": "pin"}},
                {"transit": {"url": "https://bao.example:8200", "token_file": "token", "ca_file": "ca.pem"}},
            )
        ),
    ],
)
def test_a_description_of_a_root_key_has_what_its_provider_needs_and_no_more(
    members: dict[str, object], fault: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"^{fault}$"):
        msgspec.json.decode(msgspec.json.encode(members), type=NamedRoot)
