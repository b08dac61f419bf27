"""Nothing that a caller can compare tells unknown, foreign, expired, unnamed, erased and forged apart."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import islice, product

import pytest
from werkzeug.test import TestResponse

from tests.store.stores import foreseen
from tests.together import MANY, together
from tests.web.api import NOW, NUMBER, Api, Clock, Json, Under, field, record, refusal, token
from tests.web.people import DESK, OFFICER, OTHER_PRINTER, PRINTER, PRIVACY, SUPERVISOR

PHONE = "/sender/phone"
RETENTION = 180 * 86_400

Compared = tuple[int, bytes, list[tuple[str, str]]]


def stripped(answered: TestResponse, *said: str) -> Compared:
    """Everything of an answer that its caller can compare, without what the caller said itself."""
    headers = [(name, value) for name, value in answered.headers if name != "X-Request-Id"]
    body = answered.data
    for one in said:
        body = body.replace(one.encode(), b"...")
    return answered.status_code, body, headers


def made(api: Api, number: str = NUMBER, who: str = PRINTER) -> str:
    """A stored waybill's token."""
    tokens: Json = api.tokenize(record(number), who=who)[0]["tokens"]
    return str(tokens[PHONE])


def forged(api: Api) -> str:
    good = made(api)
    return good[:10] + ("A" if good[10] != "A" else "B") + good[11:]


def unknown(api: Api) -> str:
    """A token that the service itself made, of a record that is gone from the store."""
    good = made(api)
    api.parts.store.write([(b"DEL", *api.parts.store.read([(b"KEYS", b"wm:{*}0")])[0])])
    return good


def foreign(api: Api) -> str:
    return made(api, who=OTHER_PRINTER)


def unnamed(api: Api) -> str:
    return made(api, "SF2222222222")


def erased(api: Api) -> str:
    good = made(api)
    assert api.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}").status_code == 200
    return good


def expired(api: Api) -> str:
    """Its record is still in the store, and its time is over by the service's clock."""
    return made(api)


def of_an_earlier_use(api: Api) -> str:
    good = made(api)
    api.parts.store.write([(b"DEL", *api.parts.store.read([(b"KEYS", b"wm:{*}0")])[0])])
    assert made(api) != good
    return good


STATES = [forged, unknown, foreign, unnamed, erased, of_an_earlier_use]


def opened(api: Api, asked: str) -> Compared:
    api.open_case("D-1", NUMBER)
    return stripped(api.detokenize(token(asked)), asked)


@pytest.mark.parametrize("state", STATES)
def test_a_token_that_opens_nothing_is_like_one_that_is_none(api: Api, state: Callable[[Api], str]) -> None:
    asked = state(api)
    answered = opened(api, asked)

    assert answered == stripped(api.detokenize(token("wbt1" + "A" * 23)), "wbt1" + "A" * 23)
    assert answered[:2] == (200, b'{"results":[{"token":"...","error":{"code":"not-found"}}],"failed":1}')


def test_an_expired_token_is_like_one_that_is_none(api: Api, set_clock: Clock) -> None:
    set_clock(NOW)
    asked = expired(api)
    set_clock(NOW + RETENTION)

    assert opened(api, asked) == stripped(api.detokenize(token("wbt1" + "A" * 23)), "wbt1" + "A" * 23)


@pytest.mark.parametrize("state", [unknown, foreign, unnamed, erased])
def test_a_number_that_opens_nothing_is_like_one_that_never_was(api: Api, state: Callable[[Api], str]) -> None:
    """By number: the case names it, and there is nothing; or there is, and the case does not name it."""
    never = "SF9999999999"
    state(api)
    asked = "SF2222222222" if state is unnamed else NUMBER
    api.open_case("D-1", NUMBER, never)
    answered = stripped(api.detokenize(field(asked, PHONE)), asked)

    assert answered == stripped(api.detokenize(field(never, PHONE)), never)


@pytest.mark.parametrize("state", [unknown, foreign, unnamed, erased])
def test_a_view_of_what_is_not_there_is_one_and_the_same(api: Api, state: Callable[[Api], str]) -> None:
    never = stripped(api.get(OFFICER, f"/v1/waybills/{NUMBER}"))
    state(api)

    assert stripped(api.get(OFFICER, f"/v1/waybills/{NUMBER}")) == never


def no_case(api: Api) -> str:
    return "D-9"


def another_tenants_case(api: Api) -> str:
    api.open_case("D-9", NUMBER, who=api.mint(DESK, tenant="other"))
    return "D-9"


def closed_case(api: Api) -> str:
    api.open_case("D-9", NUMBER)
    api.post(DESK, "/v1/cases/D-9/close")
    return "D-9"


def pending_case(api: Api) -> str:
    api.open_case("D-9", NUMBER, *[f"SF{at:010}" for at in range(10)])
    return "D-9"


def denied_case(api: Api) -> str:
    pending_case(api)
    api.post(SUPERVISOR, "/v1/cases/D-9/deny")
    return "D-9"


def another_officers_case(api: Api) -> str:
    api.open_case("D-9", NUMBER, officer="dev/another")
    return "D-9"


TOLD: dict[Callable[[Api], str], str] = {
    no_case: "There is no case of this number.",
    another_tenants_case: "There is no case of this number.",
    closed_case: "The case is closed.",
    pending_case: "The case is waiting for approval.",
    denied_case: "The case was denied.",
    another_officers_case: "The case names another officer.",
}


@pytest.fixture
def blind(under: Under) -> Api:
    """A service whose officers may open values and may not read cases."""
    return under(lambda document: document["roles"][OFFICER]["permissions"].remove("case:read"))


@pytest.mark.parametrize("state", TOLD)
def test_a_case_that_is_not_open_looks_unknown_to_those_who_may_not_read_it(
    blind: Api, state: Callable[[Api], str]
) -> None:
    good = made(blind)
    never = stripped(blind.detokenize(token(good), case=no_case(blind)))

    assert stripped(blind.detokenize(token(good), case=state(blind))) == never
    assert never[0] == 403


@pytest.mark.parametrize(("state", "told"), TOLD.items())
def test_a_caller_who_may_read_the_case_is_told_its_state(api: Api, state: Callable[[Api], str], told: str) -> None:
    answered = api.detokenize(token(made(api)), case=state(api))

    assert refusal(answered) == (403, "case-not-open")
    assert answered.get_json()["detail"] == told


@pytest.mark.parametrize("method", ["GET /v1/cases/D-9", "POST /v1/cases/D-9/close", "POST /v1/cases/D-9/approve"])
def test_another_tenants_case_is_like_one_that_never_was(api: Api, method: str) -> None:
    verb, path = method.split()
    never = stripped(api.call(SUPERVISOR, verb, path))
    another_tenants_case(api)

    assert stripped(api.call(SUPERVISOR, verb, path)) == never


def test_another_desks_case_is_like_one_that_never_was(api: Api) -> None:
    asked = [("GET", "/v1/cases/D-9"), ("POST", "/v1/cases/D-9/close")]
    never = [stripped(api.call(DESK, verb, path)) for verb, path in asked]
    api.open_case("D-9", NUMBER, who="service-desk-2")

    assert [stripped(api.call(DESK, verb, path)) for verb, path in asked] == never


@pytest.mark.parametrize("state", TOLD)
def test_to_an_officer_of_the_desk_a_case_of_others_looks_unknown(api: Api, state: Callable[[Api], str]) -> None:
    """The desk reads its own cases only, also where its people open values."""
    good, both = made(api), api.mint([DESK, OFFICER], "chen")
    never = stripped(api.detokenize(token(good), who=both, case=no_case(api)))

    assert stripped(api.detokenize(token(good), who=both, case=state(api))) == never
    assert never[0] == 403


def test_erasing_what_is_not_there_is_one_and_the_same(api: Api) -> None:
    never = stripped(api.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}"))
    for state in (foreign, erased):
        state(api)
        assert stripped(api.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}")) == never


def test_thousands_of_forged_tokens_open_nothing(api: Api) -> None:
    """Well-formed ones, for the key that is in use, by many people, under a case."""
    good = made(api)
    api.open_case("D-1", NUMBER)
    random, letters = foreseen("forger"), string.ascii_letters + string.digits + "-_"
    codes: Counter[str] = Counter()
    for person in range(80):
        guesses = [good[:5] + "".join(letters[byte % 64] for byte in random(21)) + "AQgw"[at % 4] for at in range(50)]
        assert [len(guess) for guess in guesses] == [len(good)] * 50
        answered = api.detokenize(*map(token, guesses), who=api.mint(OFFICER, f"o-{person}"))
        codes.update(one["error"]["code"] for one in answered.get_json()["results"])

    assert codes == {"not-found": 4_000}


def test_guessing_at_once_is_no_faster_way_in(api: Api) -> None:
    good = made(api)
    api.open_case("D-1", NUMBER)
    near = [good[:-2] + a + b for a, b in islice(product("ABCDEFGH", "AQgw"), 32) if good[-2:] != a + b]

    answers = together(
        [partial(api.detokenize, *map(token, near), who=api.mint(OFFICER, f"o-{at}")) for at in range(MANY)]
    )

    assert not any("value" in one for answered in answers for one in answered.get_json()["results"])


def test_a_printer_learns_nothing_of_the_other_tenants_numbers(api: Api) -> None:
    """The same number, the same values, another tenant: it is new there, with other tokens."""
    ours = made(api)
    theirs = made(api, who=OTHER_PRINTER)

    assert ours != theirs


def test_what_is_refused_before_a_look_up_is_refused_alike(api: Api) -> None:
    """Authorised first: whether the number exists makes no difference to who may not see it."""
    asked = [
        partial(api.get, PRINTER, f"/v1/waybills/{NUMBER}"),
        partial(api.call, OFFICER, "DELETE", f"/v1/waybills/{NUMBER}"),
        partial(api.get, DESK, f"/v1/waybills/{NUMBER}/disclosures"),
        partial(api.post, DESK, "/v1/custody", {"items": [{"waybill_no": NUMBER}]}),
        partial(api.detokenize, field(NUMBER, PHONE), case=None),
    ]
    before = [stripped(ask()) for ask in asked]
    made(api)

    assert [stripped(ask()) for ask in asked] == before
    assert [refusal(ask())[0] for ask in asked] == [403, 403, 403, 403, 400]
