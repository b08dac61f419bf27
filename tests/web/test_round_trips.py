"""How often a call asks the store: once for a batch, and every further time has its reason here."""

from __future__ import annotations

import pytest

from tests.service.people.policies import put
from tests.web.api import (
    NUMBER,
    PHONE,
    SITE,
    Api,
    Json,
    Trips,
    Under,
    emptied,
    field,
    forget_keys,
    record,
    results,
    token,
)
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, PRINTER, PRIVACY, SUPERVISOR, TRACKING
from tests.web.proving import INDEXES, Proving, proven
from tests.web.signing import Person

UNKNOWN = "SF9999999999"
NEW = [record(f"SF{at:010}") for at in range(1_000, 1_500)]
REVISED = [record(remark="new")]


@pytest.fixture
def ready(api: Api, trips: Trips) -> Api:
    """A service past its first record of the day, with a waybill in custody and a case that names it."""
    api.tokenize(record("SF0000000000"))
    # The first revision of a server sends the script as well.
    api.tokenize(record("SF3333333333"))
    revised = {"records": [record("SF3333333333", remark="new")], "on_conflict": "revise"}
    results(api.post(PRINTER, "/v1/tokenize", revised))
    api.get(AUDITOR, "/v1/audit/checkpoint")  # the first one of a server sends the script as well
    api.tokenize(record(), custody={"site": SITE})
    api.open_case("D-1", NUMBER, "SF2222222222")
    api.opened(PHONE)
    trips()
    return api


def test_masking_asks_nothing(ready: Api, trips: Trips) -> None:
    ready.mask(*[record()] * 500)

    assert trips() == 0


def test_a_batch_of_known_waybills_asks_for_a_revision_and_for_room_to_conflict(ready: Api, trips: Trips) -> None:
    ready.tokenize(*NEW)
    trips()

    ready.tokenize(*NEW)

    assert trips() == 3  # write, read what is there, is there room for a conflict


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"records": NEW}, 1, id="one write"),
        pytest.param({"records": NEW, "custody": {"site": SITE}}, 3, id="write, audit, custody"),
        pytest.param({"records": NEW, "on_conflict": "revise"}, 2, id="read, and write"),
        pytest.param({"records": REVISED, "on_conflict": "revise"}, 4, id="read, room to conflict, audit, write"),
    ],
)
def test_round_trips_of_tokenizing_a_batch(ready: Api, trips: Trips, body: Json, expected: int) -> None:
    results(ready.post(PRINTER, "/v1/tokenize", body))

    assert trips() == expected


@pytest.mark.parametrize(
    ("who", "numbers", "expected"),
    [
        pytest.param(OFFICER, [NUMBER, "SF0000000000"] * 10, 1, id="masks: freezes and records together"),
        pytest.param(COURIER, [NUMBER] * 20, 2, id="in full: what decides, and the entry with the disclosures"),
        pytest.param(COURIER, [NUMBER, UNKNOWN], 4, id="one not found: also its miss, and its budget back"),
    ],
)
def test_round_trips_of_a_view(ready: Api, trips: Trips, who: str, numbers: list[str], expected: int) -> None:
    ready.post(who, "/v1/waybills/view", {"waybills": numbers})

    assert trips() == expected


def test_opening_tokens_is_who_may_then_what_then_the_entry_with_the_disclosures(ready: Api, trips: Trips) -> None:
    made = ready.tokenize(record("SF2222222222"))[0]["tokens"]
    trips()

    ready.opened(token(made["/sender/phone"]), token(made["/sender/name"]))

    assert trips() == 3


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([PHONE, PHONE], 3, id="same as by token"),
        pytest.param([PHONE, field(NUMBER, "/sender/address")], 4, id="one field absent: also release its budget"),
        pytest.param([token("wbt"), field(UNKNOWN, "/sender/phone")], 3, id="nothing found: permission, count, audit"),
    ],
)
def test_round_trips_of_opening_by_number(ready: Api, trips: Trips, items: list[Json], expected: int) -> None:
    ready.opened(*items)

    assert trips() == expected


def test_opening_both_ways_is_no_more(ready: Api, trips: Trips) -> None:
    made = ready.tokenize(record("SF2222222222"))[0]["tokens"]["/sender/phone"]
    trips()

    ready.opened(PHONE, token(made))

    assert trips() == 3


def test_the_first_hit_after_misses_ends_their_row_and_the_next_ones_cost_nothing(ready: Api, trips: Trips) -> None:
    ready.get(OFFICER, f"/v1/waybills/{UNKNOWN}")
    missed = trips()
    ready.get(OFFICER, f"/v1/waybills/{NUMBER}")
    first = trips()
    ready.get(OFFICER, f"/v1/waybills/{NUMBER}")

    assert (missed, first, trips()) == (2, 2, 1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [({}, 1), ({"purpose": "dispute"}, 2), ({"purpose": "regulator"}, 1), ({"purpose": "dispute", "case": "D-9"}, 2)],
)
def test_a_refused_call_is_written_down_and_looks_nothing_up(
    ready: Api, trips: Trips, body: dict[str, str], expected: int
) -> None:
    ready.post(OFFICER, "/v1/detokenize", {"items": [PHONE], **body})

    assert trips() == expected


def test_a_case_is_budget_write_and_audit(ready: Api, trips: Trips) -> None:
    ready.open_case("D-2", NUMBER)

    assert trips() == 3


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([NUMBER, "SF0000000000"] * 500, 3), ([UNKNOWN], 2)],
    ids=["read, audit, write", "nothing to write"],
)
def test_moving_custody_is_one_read_an_entry_and_one_write(
    ready: Api, trips: Trips, numbers: list[str], expected: int
) -> None:
    ready.post(TRACKING, "/v1/custody", {"items": [{"waybill_no": number, "site": SITE} for number in numbers]})

    assert trips() == expected


def test_marking_a_case_as_done_is_one_read_an_entry_and_one_write(ready: Api, trips: Trips) -> None:
    ready.post(OFFICER, "/v1/cases/D-1/done")

    assert trips() == 3


def test_deciding_on_a_case_is_one_read_an_entry_and_one_write(ready: Api, trips: Trips) -> None:
    ready.open_case("D-2", NUMBER, purpose="regulator")
    trips()
    ready.post(SUPERVISOR, "/v1/cases/D-2/approve")

    assert trips() == 3


def test_erasing_reads_is_written_down_and_overwrites(ready: Api, trips: Trips) -> None:
    ready.tokenize(record("WARM00000001"))
    ready.call(PRIVACY, "DELETE", "/v1/waybills/WARM00000001")  # from now on the store knows the script
    trips()

    ready.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}")

    assert trips() <= 5  # read twice, audit, index entries, tombstones


def test_reading_on_looks_for_the_entry_to_go_on_after(ready: Api, trips: Trips) -> None:
    after = ready.get(AUDITOR, "/v1/audit?limit=1").get_json()["next"]
    trips()

    ready.get(AUDITOR, f"/v1/audit?limit=50&after={after}")

    assert trips() == 3


def test_a_checkpoint_without_new_entries_writes_nothing(ready: Api, trips: Trips) -> None:
    ready.get(AUDITOR, "/v1/audit/checkpoint")
    trips()
    ready.get(AUDITOR, "/v1/audit/checkpoint")

    assert trips() == 3  # budget, newest checkpoint and writers, their newest entries


@pytest.mark.parametrize("who", [None, "wbk_" + "A" * 43])
def test_an_unknown_caller_costs_no_round_trip(ready: Api, trips: Trips, who: str | None) -> None:
    ready.get(who, f"/v1/waybills/{NUMBER}")
    ready.post(who, "/v1/cases", {"case": "D-9", "purpose": "dispute", "waybills": [NUMBER], "reason": "x"})
    ready.call(who, "DELETE", f"/v1/waybills/{NUMBER}")

    assert trips() == 0


def test_who_may_not_is_written_down_and_looks_nothing_up(ready: Api, trips: Trips) -> None:
    ready.get(PRINTER, f"/v1/waybills/{NUMBER}")
    ready.post(PRINTER, "/v1/cases", {"case": "D-9", "purpose": "dispute", "waybills": [NUMBER], "reason": "x"})
    ready.call(PRINTER, "DELETE", f"/v1/waybills/{NUMBER}")

    assert trips() == 3  # an audit entry each


@pytest.mark.parametrize(
    ("who", "path", "expected"),
    [
        pytest.param(AUDITOR, f"/v1/waybills/{NUMBER}/disclosures", 2, id="disclosures: an entry and one read"),
        pytest.param(AUDITOR, f"/v1/waybills/{UNKNOWN}/disclosures", 2, id="of none: the same"),
        pytest.param(AUDITOR, "/v1/audit?limit=50", 2, id="the log: its order and its entries"),
        pytest.param(AUDITOR, "/v1/audit/checkpoint", 4, id="a checkpoint: newest, writers, their entries, write"),
        pytest.param(DESK, "/v1/cases/D-1", 1, id="a case: one read"),
        pytest.param(SUPERVISOR, "/v1/cases", 2, id="cases: their names, and each"),
        pytest.param(DESK, "/v1/cases", 5, id="own cases: the end of older ones, set once; two lists; each"),
    ],
)
def test_round_trips_of_reading(ready: Api, trips: Trips, who: str, path: str, expected: int) -> None:
    ready.get(who, path)

    assert trips() == expected


def test_freezing_looks_twice_is_written_down_and_writes(ready: Api, trips: Trips) -> None:
    ready.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/freeze")
    frozen = trips()
    ready.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/thaw")
    thawed = trips()
    ready.get(SUPERVISOR, "/v1/principals/frozen")

    assert (frozen, thawed, trips()) == (4, 5, 1)


def test_a_signed_opening_takes_no_further_exchange(signing: Api) -> None:
    signing.tokenize(record())
    signing.open_case("D-1", NUMBER)
    officer = Person(signing, "dispute-officer", "officer").bootstrap()
    officer.open(PHONE)
    signature = officer.sign({"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})
    before = signing.parts.store.round_trips

    results(officer.open(PHONE, signature=signature))

    assert signing.parts.store.round_trips - before == 3  # as without


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        ("courier", "GET", f"/v1/waybills/{NUMBER}", None),
        ("dispute-officer", "GET", f"/v1/waybills/{NUMBER}", None),
        ("courier", "POST", "/v1/calls", {"waybill_no": NUMBER}),
        ("service-desk", "POST", "/v1/search", {"phone": "02159791234"}),
        ("dispute-officer", "GET", "/v1/cases/D-1/page", None),
    ],
)
def test_a_proven_call_takes_no_further_exchange(
    under: Under, role: str, method: str, path: str, body: Json | None
) -> None:
    counted: list[int] = []
    for edit in (put("search", INDEXES), lambda policy: (put("search", INDEXES)(policy), proven()(policy))):
        service = under(edit)
        if not counted:
            service.tokenize(record(), custody={"site": SITE})
            service.open_case("D-1", NUMBER)
        person = Proving(service, role, f"u-{len(counted)}", phone="13900001111")
        if counted:
            person.bootstrap()
        assert person.send(method, path, body).status_code in (200, 201)  # the device is known from now on
        before = service.parts.store.round_trips
        assert person.once(method, path, body).status_code in (200, 201)
        counted.append(service.parts.store.round_trips - before)

    assert counted[1] == counted[0]


def test_a_device_that_a_process_sees_first_costs_one_exchange(proving: Api) -> None:
    proving.tokenize(record(), custody={"site": SITE})
    courier = Proving(proving).bootstrap()
    courier.view(NUMBER)
    counted = []
    for _ in range(2):
        before = proving.parts.store.round_trips
        assert courier.once("GET", f"/v1/waybills/{NUMBER}").status_code == 200
        counted.append(proving.parts.store.round_trips - before)
        forget_keys(proving.parts.devices)
    before = proving.parts.store.round_trips
    assert courier.once("GET", f"/v1/waybills/{NUMBER}").status_code == 200
    counted.append(proving.parts.store.round_trips - before)

    assert counted == [2, 3, 3]


def test_proposing_an_act_reads_once_and_writes_nothing(signing: Api) -> None:
    officer = Person(signing, "dispute-officer", "officer").bootstrap()
    before = signing.parts.store.round_trips

    officer.propose({"act": "detokenize", "purpose": "dispute", "case": "D-1", "items": [PHONE]})

    assert signing.parts.store.round_trips - before == 1


_Act = tuple[str, Json, str, Json]
DENIAL: _Act = ("supervisor", {"act": "case-deny", "case": "D-9"}, "/v1/cases/D-9/deny", {})
UNFREEZING: _Act = ("supervisor", {"act": "unfreeze", "principal": "dev/x"}, "/v1/principals/dev%2Fx/thaw", {})
PHANTOM: Json = {"waybills": ["SF8888888888"], "kind": "phantom"}
PLANTING: _Act = ("privacy-officer", {"act": "decoy-plant", **PHANTOM}, "/v1/decoys", PHANTOM)
TEN = [f"SF{at:010}" for at in range(11)]


@pytest.mark.parametrize(("role", "act", "path", "body"), [DENIAL, UNFREEZING, PLANTING], ids=["deny", "thaw", "plant"])
def test_another_signed_act_takes_no_further_exchange(
    shared: Api, signing: Api, role: str, act: Json, path: str, body: Json
) -> None:
    counts = []
    for needs_signature in (False, True):
        service = emptied(signing if needs_signature else shared)
        service.parts.store.write([(b"FLUSHALL",)])
        service.post(DESK, "/v1/cases", {"case": "D-9", "purpose": "dispute", "reason": "x", "waybills": TEN})
        service.post(SUPERVISOR, "/v1/principals/dev%2Fx/freeze")
        person = Person(service, role, role)
        more = {"signed": person.bootstrap().sign(act)} if needs_signature else {}
        before = service.parts.store.round_trips
        assert person.post(path, body | more).status_code == 200
        counts.append(service.parts.store.round_trips - before)

    assert counts[0] == counts[1]
