"""Custody over HTTP: scans move it, it does not tell what exists, and the last holder sees nothing more."""

from __future__ import annotations

from functools import partial

import pytest

from masking_service.runtime.clock import clock
from masking_service.service.call.recorder import RequestContext
from masking_service.service.custody.use import MoveCustody
from masking_service.service.people.principals import Principal
from masking_service.store.layout import record_stems
from tests.together import MANY, together
from tests.web.api import NOW, NUMBER, SITE, Api, Clock, Json, record, refusal, without_details
from tests.web.calls import item, last, move, moved, outline
from tests.web.people import COURIER, OFFICER, PRINTER, SUPERVISOR, TRACKING

PATH = f"/v1/waybills/{NUMBER}"
OTHER_SITE = "999999"


def seen_by(api: Api, *people: str) -> list[bool]:
    return [api.get(who, PATH).status_code == 200 for who in people]


@pytest.fixture
def ready(api: Api) -> Api:
    """A service that knows one waybill, without custody."""
    api.tokenize(record())
    return api


def test_a_scan_puts_a_parcel_into_a_sites_custody(ready: Api) -> None:
    assert seen_by(ready, COURIER, "courier-2") == [False, False]

    assert moved(ready, item(site=SITE)) == [{"waybill_no": NUMBER}]

    assert seen_by(ready, COURIER, "courier-2") == [True, True]


def test_a_courier_who_took_it_out_is_the_only_one_who_sees_it(ready: Api) -> None:
    moved(ready, item(site=SITE, courier="client/courier"))

    assert seen_by(ready, COURIER, "courier-2") == [True, False]


def test_a_courier_needs_no_site(ready: Api) -> None:
    away = ready.mint(COURIER, "li")
    moved(ready, item(courier="dev/li"))

    assert seen_by(ready, away, COURIER) == [True, False]


@pytest.mark.parametrize(
    ("second", "seen"),
    [
        ({"site": SITE}, [True, True]),
        ({"site": SITE, "courier": None}, [True, True]),
        ({"site": OTHER_SITE}, [False, False]),
        ({"courier": "client/courier-2"}, [False, True]),
        ({"site": OTHER_SITE, "courier": "client/courier-2"}, [False, True]),
        ({}, [False, False]),
        ({"site": None, "courier": None}, [False, False]),
    ],
)
def test_a_move_replaces_site_and_courier_together(ready: Api, second: Json, seen: list[bool]) -> None:
    moved(ready, item(site=SITE, courier="client/courier"))
    moved(ready, item(**second))

    assert seen_by(ready, COURIER, "courier-2") == seen


def test_a_move_overrides_what_tokenizing_set_and_tokenizing_overrides_no_move(api: Api) -> None:
    api.tokenize(record(), custody={"site": SITE})
    moved(api, item(site=OTHER_SITE))
    assert seen_by(api, COURIER) == [False]

    api.tokenize(record(), custody={"site": SITE})
    api.tokenize(record(remark="new"), custody={"site": SITE}, on_conflict="revise")

    assert seen_by(api, COURIER) == [False]


def test_tokenizing_does_not_override_a_move_to_no_holder(ready: Api) -> None:
    moved(ready, item())

    ready.tokenize(record(), custody={"site": SITE})

    assert seen_by(ready, COURIER) == [False]


def test_the_later_item_of_a_repeated_number_is_kept(ready: Api) -> None:
    moved(ready, item(site=SITE), item(f" {NUMBER.lower()} ", courier="client/courier-2"))

    assert seen_by(ready, COURIER, "courier-2") == [False, True]


def test_every_waybill_gets_its_own_item(ready: Api) -> None:
    numbers = ["SF0000000001", "SF0000000003", "SF0000000005"]
    ready.tokenize(*map(record, numbers))
    moved(ready, *[item(f"SF000000000{at}", courier=f"dev/c-{at}") for at in (1, 2, 3, 4, 5)])

    seen = {
        (number, at)
        for number in numbers
        for at in range(1, 6)
        if ready.get(ready.mint(COURIER, f"c-{at}"), f"/v1/waybills/{number}").status_code == 200
    }
    assert seen == {("SF0000000001", 1), ("SF0000000003", 3), ("SF0000000005", 5)}


def test_a_thousand_items_are_moved_and_one_more_is_not(ready: Api) -> None:
    many = [item(f"SF{at:010}", site=SITE) for at in range(999)]

    assert len(moved(ready, *many, item(site=SITE))) == 1_000
    assert seen_by(ready, COURIER) == [True]
    assert refusal(move(ready, *many, item(), item())) == (422, "too-many-items")


def fault(code: str, *errors: tuple[str, str]) -> Json:
    return {"error": {"code": code, "errors": [{"pointer": pointer, "code": fault} for pointer, fault in errors]}}


NO_NUMBER = ("/waybill_no", "invalid-waybill-no")


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (None, fault("invalid-item", ("", "invalid-item"))),
        ([], fault("invalid-item", ("", "invalid-item"))),
        ("SF1234567890", fault("invalid-item", ("", "invalid-item"))),
        (item(site=SITE, sight=1), fault("invalid-item", ("/sight", "unknown-member"))),
        (item(siet=SITE, courier=7), fault("invalid-item", ("/siet", "unknown-member"), ("/courier", "invalid-value"))),
        (item(**{"13812345678": 1}), fault("invalid-item", ("", "unknown-member"))),
        ({}, fault("invalid-waybill-no", NO_NUMBER)),
        (item("短", site=SITE), fault("invalid-waybill-no", NO_NUMBER)),
        (item(7, site=SITE), fault("invalid-waybill-no", NO_NUMBER)),
        (item("13812345678", site=SITE), fault("invalid-waybill-no", NO_NUMBER)),
        (item("110101199003074610", site=SITE), fault("invalid-waybill-no", NO_NUMBER)),
        (item(site="Qingpu 1"), fault("invalid-item", ("/site", "invalid-value"))),
        (item(site=""), fault("invalid-item", ("/site", "invalid-value"))),
        (item(site=21001), fault("invalid-item", ("/site", "invalid-value"))),
        (item(courier="c-88"), fault("invalid-item", ("/courier", "invalid-value"))),
        (item(courier="client/"), fault("invalid-item", ("/courier", "invalid-value"))),
        (item(courier=["client/c-88"]), fault("invalid-item", ("/courier", "invalid-value"))),
        (item(courier="service/watch"), fault("invalid-item", ("/courier", "invalid-value"))),
        (
            item("x", site="", courier=""),
            fault("invalid-waybill-no", NO_NUMBER, ("/site", "invalid-value"), ("/courier", "invalid-value")),
        ),
    ],
)
def test_a_bad_item_fails_alone(ready: Api, bad: object, expected: Json) -> None:
    answered = move(ready, bad, item(site=SITE))

    assert without_details(answered.get_json()) == {"results": [expected, {"waybill_no": NUMBER}], "failed": 1}
    assert seen_by(ready, COURIER) == [True]


def test_a_bad_item_leaves_custody_as_it_is(ready: Api) -> None:
    moved(ready, item(site=SITE))
    moved(ready, item(courier="unknown"))

    assert seen_by(ready, COURIER) == [True]


def test_custody_ends_with_the_record(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    api.tokenize(record())
    set_clock(NOW + 86_400)
    moved(api, item(site=SITE))
    (key,) = api.parts.store.read([(b"KEYS", b"*}@")])[0]

    assert api.parts.store.read([(b"EXPIRETIME", key)])[0] == NOW + 180 * 86_400


def test_another_tenants_scans_move_nothing_here(ready: Api) -> None:
    tracker = Principal("client/t-2", "other", (TRACKING,), frozenset(), "key")

    ready.parts.acting.of(MoveCustody)(RequestContext(tracker, "r-1", clock()), [item(site=SITE)])

    assert seen_by(ready, COURIER) == [False]


def test_no_access_token_moves_custody(ready: Api) -> None:
    """The holder of the issuer's key would bring parcels into the sight of a courier who colludes."""
    refused = move(ready, item(site=SITE), who=ready.mint([TRACKING, COURIER]))

    assert (refusal(refused), seen_by(ready, COURIER)) == ((403, "forbidden"), [False])


@pytest.mark.parametrize("who", [PRINTER, COURIER, OFFICER, SUPERVISOR])
def test_only_tracking_moves_custody(ready: Api, who: str) -> None:
    assert refusal(move(ready, item(site=SITE), who=who)) == (403, "forbidden")
    assert seen_by(ready, COURIER) == [False]


def test_a_namesake_of_another_issuer_holds_nothing(ready: Api) -> None:
    moved(ready, item(site=SITE, courier="dev/courier"))

    assert seen_by(ready, COURIER) == [False]


def test_custody_brought_back_from_another_waybill_is_an_alarm(ready: Api) -> None:
    """An attacker with write access copies the custody of a parcel in the site to one that is elsewhere."""
    ready.tokenize(record("SF2222222222"), custody={"site": SITE})
    moved(ready, item(site=OTHER_SITE))
    store = ready.parts.store
    there, here = (key + b"@" for key in keys_of(ready, "SF2222222222", NUMBER))
    store.write([(b"COPY", there, here, b"REPLACE")])

    assert refusal(ready.get(COURIER, PATH)) == (503, "integrity")


def keys_of(api: Api, *numbers: str) -> list[bytes]:
    return [stem + b"}" for stem in record_stems(api.parts.keyring.tenant("default").bases(numbers))]


def test_whoever_lost_a_parcel_sees_it_no_more_however_many_look(ready: Api) -> None:
    moved(ready, item(site=SITE))
    couriers = [ready.mint(COURIER, f"c-{at}", sites=[SITE]) for at in range(MANY - 1)]

    answers = together(
        [
            partial(move, ready, item(site=OTHER_SITE)),
            *[partial(ready.get, who, PATH) for who in couriers],
        ]
    )

    assert answers[0].status_code == 200
    assert {answered.status_code for answered in answers[1:]} <= {200, 404}
    assert seen_by(ready, *couriers) == [False] * len(couriers)


def test_of_many_moves_at_once_one_holds(ready: Api) -> None:
    couriers = [f"c-{at}" for at in range(MANY)]
    together([partial(moved, ready, item(courier=f"dev/{name}")) for name in couriers])

    assert seen_by(ready, *[ready.mint(COURIER, name) for name in couriers]).count(True) == 1


@pytest.mark.parametrize("bad", [rb'{"waybill_no":"\ud800"}', b'{"waybill_no":' + b"7" * 5_000 + b"}"], ids=len)
def test_an_item_that_cannot_be_read_fails_alone(ready: Api, bad: bytes) -> None:
    good = b'{"waybill_no":"%b","site":"%b"}' % (NUMBER.encode(), SITE.encode())
    answered = ready.post(TRACKING, "/v1/custody", data=b'{"items":[' + bad + b"," + good + b"]}").get_json()

    assert answered["failed"] == 1
    assert answered["results"][0]["error"]["code"] == "invalid-item"
    assert answered["results"][1] == {"waybill_no": NUMBER}


def test_the_log_holds_where_each_waybill_went_and_which_of_them_is_known(ready: Api) -> None:
    """Also those that no one knows; what is no waybill is not in it."""

    def entry() -> Json:
        return outline(last(ready, "custody-move"))

    hashes = {}
    for number in (NUMBER, "SF9999999999"):
        moved(ready, item(number))
        hashes[number] = entry()["items"][0]["waybill"]
    moved(ready, item(site=SITE, courier="client/courier"), {}, item("SF9999999999", site=OTHER_SITE))
    both = entry()
    moved(ready, item("SF9999999999", courier="client/c-2"))
    unknown = entry()

    known = {"waybill": hashes[NUMBER], "outcome": "done", "site": SITE, "courier": "client/courier"}
    other = {"waybill": hashes["SF9999999999"], "outcome": "not-found"}
    rest = {
        "action": "custody-move",
        "principal": "client/tracking",
        "role": "tracking",
        "approved_by": [],
        "signed": 0,
    }
    assert both == rest | {"outcome": "done", "items": [known, other | {"site": OTHER_SITE}], "facts": True}
    assert unknown == rest | {"outcome": "not-found", "items": [other | {"courier": "client/c-2"}], "facts": False}
