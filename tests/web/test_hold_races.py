"""Holds that are set and lifted at the same time, or that were interrupted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import redis

from masking_service.service.call.recorder import Recorder
from masking_service.service.holds import use
from masking_service.service.holds.held_records import HeldRecords
from masking_service.service.holds.state import Holds
from masking_service.service.state.sealed import Prepared
from masking_service.service.vault.data_keys import DataKeys
from masking_service.store.errors import StoreUnavailable
from tests.web.api import NOW, NUMBER, Api, Clock, Json, content, record, refusal
from tests.web.people import AUDITOR, PRIVACY

OTHER = "SF0000000002"


def second(api: Api) -> str:
    """Another person of the privacy office."""
    return api.mint(PRIVACY, sub="privacy-2")


def propose(api: Api, *waybills: str, hold: str = "H-1") -> None:
    content(api.post(PRIVACY, "/v1/holds", {"hold": hold, "reason": "r", "waybills": waybills or [NUMBER]}), 201)


def decide(api: Api, act: str, who: str, hold: str = "H-1") -> Json:
    return content(api.post(who, f"/v1/holds/{hold}/{act}"))


def status(api: Api, hold: str = "H-1") -> str:
    return str(content(api.get(PRIVACY, f"/v1/holds/{hold}"))["status"])


def erasing(api: Api, number: str = NUMBER) -> int:
    return int(api.call(PRIVACY, "DELETE", f"/v1/waybills/{number}").status_code)


@pytest.fixture
def stored(api: Api) -> Api:
    """A service with two waybills."""
    api.tokenize(record(), record(waybill_no=OTHER))
    return api


@pytest.fixture
def held(stored: Api) -> Api:
    """A service with a held waybill."""
    propose(stored)
    decide(stored, "set", second(stored))
    return stored


Before = Callable[[type, str, Callable[[], object]], None]


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Before:
    """Does something once, before a method goes on."""

    def arrange(owner: type, method: str, act: Callable[[], object]) -> None:
        original, waiting = getattr(owner, method), [act]

        def first(*args: Any, **kwargs: Any) -> Any:
            if waiting:
                waiting.pop()()
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, method, first)

    return arrange


def test_a_hold_that_gets_a_new_data_key_while_it_is_set_can_be_set_again(stored: Api, before: Before) -> None:
    """`keys reseal` numbers the key of a hold anew. Nothing may be sealed with the old one afterwards."""
    holds = stored.parts.holds

    def renumber() -> None:
        assert holds.prepare("default", lambda each: [msgspec.structs.replace(one, number=9) for one in each]).write()

    propose(stored)
    before(HeldRecords, "keep", renumber)

    assert refusal(stored.post(second(stored), "/v1/holds/H-1/set")) == (503, "unavailable")
    assert (decide(stored, "set", second(stored))["kept"], erasing(stored)) == (1, 409)


def fail() -> None:
    raise StoreUnavailable("timeout")


@pytest.fixture
def half_set(stored: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A service in which the setting of a hold failed after the first of its two waybills."""
    propose(stored, NUMBER, OTHER)
    keep, calls = HeldRecords.keep, list[int]()

    def fail_second(*args: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            fail()
        return keep(*args)

    monkeypatch.setattr(use, "AT_ONCE", 1)
    with monkeypatch.context() as patched:
        patched.setattr(HeldRecords, "keep", fail_second)
        assert stored.post(second(stored), "/v1/holds/H-1/set").status_code == 503
    return stored


def test_no_one_alone_ends_a_hold_whose_setting_failed(half_set: Api) -> None:
    assert status(half_set) == "setting"

    assert decide(half_set, "lift", PRIVACY)["status"] == "lifting"
    assert (erasing(half_set), erasing(half_set, OTHER)) == (409, 200)


def test_two_people_release_what_a_hold_whose_setting_failed_keeps(half_set: Api) -> None:
    decide(half_set, "lift", PRIVACY)
    assert decide(half_set, "lift", second(half_set))["status"] == "lifted"

    assert (erasing(half_set), erasing(half_set, OTHER)) == (200, 200)


def test_setting_a_hold_again_keeps_what_could_not_be_kept(half_set: Api) -> None:
    set_ = decide(half_set, "set", PRIVACY)

    assert (set_["status"], set_["kept"], set_["set"]["by"]) == ("set", 2, "dev/privacy-2")


def recorded(api: Api, action: str) -> list[tuple[str, list[int]]]:
    """Of each entry of an action, in order: its outcome, and the places in this list of those that it takes back."""
    entries = content(api.get(AUDITOR, f"/v1/audit?action={action}"))["entries"]
    ids = [one["id"] for one in entries]
    return [(one["outcome"], [ids.index(void) for void in one.get("takes_back", [])]) for one in entries]


def test_the_entry_of_an_erasure_is_void_where_a_hold_is_set_meanwhile(stored: Api, before: Before) -> None:
    propose(stored)
    before(Recorder, "record", lambda: decide(stored, "set", second(stored)))

    assert (erasing(stored), recorded(stored, "erase")) == (409, [("done", []), ("held", [0])])


def test_the_entry_of_an_erasure_is_void_where_the_waybill_is_erased_meanwhile(stored: Api, before: Before) -> None:
    before(Recorder, "record", lambda: erasing(stored))

    assert (erasing(stored), recorded(stored, "erase")) == (200, [("done", []), ("done", []), ("done", [1])])


def test_the_entry_of_a_proposal_is_void_where_another_takes_its_name_meanwhile(stored: Api, before: Before) -> None:
    before(Recorder, "record", lambda: propose(stored))

    refused = stored.post(second(stored), "/v1/holds", {"hold": "H-1", "reason": "r", "waybills": [NUMBER]})

    assert refusal(refused) == (409, "hold-exists")
    # The first entry is of the proposal that was first.
    assert recorded(stored, "hold-propose") == [("done", []), ("done", []), ("hold-exists", []), ("unavailable", [1])]


After = Callable[[type, str, Callable[[], object]], None]


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> After:
    """Does something once, after a method."""

    def arrange(owner: type, method: str, act: Callable[[], object]) -> None:
        original, waiting = getattr(owner, method), [act]

        def then(*args: Any, **kwargs: Any) -> Any:
            done = original(*args, **kwargs)
            if waiting:
                waiting.pop()()
            return done

        monkeypatch.setattr(owner, method, then)

    return arrange


def test_a_hold_whose_lifting_is_proposed_while_it_is_set_waits_for_that(stored: Api, after: After) -> None:
    propose(stored)
    after(HeldRecords, "keep", lambda: decide(stored, "lift", PRIVACY))
    answered = decide(stored, "set", second(stored))

    assert (answered["status"], answered["kept"], answered["lift_proposed"]["by"]) == (
        "lifting",
        1,
        "client/privacy-officer",
    )
    assert (status(stored), erasing(stored)) == ("lifting", 409)


def test_a_hold_that_was_lifted_while_it_is_set_stays_lifted(stored: Api, after: After) -> None:
    def lift() -> None:
        decide(stored, "lift", PRIVACY)
        decide(stored, "lift", stored.mint(PRIVACY, sub="privacy-3"))

    propose(stored)
    after(HeldRecords, "keep", lift)

    assert refusal(stored.post(second(stored), "/v1/holds/H-1/set")) == (409, "hold-ended")
    assert (status(stored), erasing(stored)) == ("lifted", 200)


def test_what_is_released_stays_under_each_other_hold_that_names_it(held: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are told: the last one alone could end while the records are released."""
    for hold, numbers in (("H-2", [NUMBER]), ("H-3", [OTHER, NUMBER]), ("H-4", [OTHER])):
        propose(held, *numbers, hold=hold)
        decide(held, "set", second(held), hold)
    released = []
    release = HeldRecords.release

    def noting(self: HeldRecords, tenant: str, bases: Any, named: Any, *more: Any) -> Any:
        released.append((list(bases), {base: list(names) for base, names in named.items()}))
        return release(self, tenant, bases, named, *more)

    monkeypatch.setattr(HeldRecords, "release", noting)
    decide(held, "lift", PRIVACY)
    decide(held, "lift", second(held))

    one, other = held.parts.keyring.tenant("default").bases([NUMBER, OTHER])
    assert released == [([one], {one: ["H-2", "H-3"], other: ["H-3", "H-4"]})]
    assert erasing(held) == 409


def test_a_hold_that_is_being_set_is_not_withdrawn(stored: Api, before: Before) -> None:
    propose(stored)
    before(Holds, "prepare_waybills", lambda: decide(stored, "set", second(stored)))

    assert refusal(stored.post(PRIVACY, "/v1/holds/H-1/lift")) == (409, "hold-ended")
    assert (status(stored), erasing(stored)) == ("set", 409)


def test_a_hold_that_is_set_while_another_one_is_lifted_keeps_its_waybills(held: Api, before: Before) -> None:
    propose(held, hold="H-2")
    decide(held, "lift", PRIVACY)
    before(HeldRecords, "release", lambda: decide(held, "set", second(held), "H-2"))

    assert decide(held, "lift", second(held))["status"] == "lifted"
    assert (status(held, "H-2"), erasing(held)) == ("set", 409)


def test_a_lifting_that_has_begun_is_not_stopped(held: Api, before: Before) -> None:
    decide(held, "lift", PRIVACY)
    refused: list[object] = []
    before(HeldRecords, "release", lambda: refused.append(refusal(held.post(PRIVACY, "/v1/holds/H-1/set"))))

    assert decide(held, "lift", second(held))["status"] == "lifted"
    assert refused == [(409, "hold-ended")]


def test_a_lifting_ends_only_the_proposal_that_it_read(held: Api, before: Before, set_clock: Clock) -> None:
    decide(held, "lift", PRIVACY)

    def propose_anew() -> None:
        decide(held, "set", PRIVACY)
        set_clock(NOW + 60)
        decide(held, "lift", PRIVACY)

    before(Holds, "prepare", propose_anew)

    assert refusal(held.post(second(held), "/v1/holds/H-1/lift")) == (409, "hold-ended")
    assert (status(held), erasing(held)) == ("lifting", 409)


def test_a_lifting_that_failed_is_finished_by_the_next_one(held: Api, before: Before) -> None:
    decide(held, "lift", PRIVACY)
    before(HeldRecords, "release", fail)
    assert held.post(second(held), "/v1/holds/H-1/lift").status_code == 503
    assert status(held) == "releasing"

    lifted = decide(held, "lift", PRIVACY)

    assert (lifted["status"], lifted["lifted"]["by"], erasing(held)) == ("lifted", "dev/privacy-2", 200)


@pytest.mark.parametrize(("owner", "method"), [(Holds, "prepare_waybills"), (DataKeys, "destroy_hold")])
def test_what_a_lifted_hold_leaves_is_destroyed_by_the_next_lifting(
    held: Api, before: Before, monkeypatch: pytest.MonkeyPatch, owner: type, method: str
) -> None:
    decide(held, "lift", PRIVACY)
    with monkeypatch.context() as patched:
        patched.setattr(use.Holding, "_forget", lambda *_: fail())
        assert held.post(second(held), "/v1/holds/H-1/lift").status_code == 503
    before(owner, method, fail)
    assert held.post(PRIVACY, "/v1/holds/H-1/lift").status_code == 503

    assert decide(held, "lift", PRIVACY)["status"] == "lifted"

    with redis.Redis.from_url(held.parts.settings.redis_url) as client:
        assert client.keys("wm:{t:*}hold:*") == []
    with pytest.raises(StoreUnavailable, match="unknown-key"):
        held.parts.vault.data_keys.of_hold("default", 1)


def test_a_lifting_holds_although_its_waybills_could_not_be_deleted(held: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their deletion comes after the list says that the hold is lifted, so its entry is true and is not taken back."""
    decide(held, "lift", PRIVACY)
    prepare = Holds.prepare_waybills

    def prepare_failing(*args: Any) -> Prepared[None]:
        return Prepared(prepare(*args).sealed, fail)

    with monkeypatch.context() as patched:
        patched.setattr(Holds, "prepare_waybills", prepare_failing)
        assert held.post(second(held), "/v1/holds/H-1/lift").status_code == 503
    entries = content(held.get(AUDITOR, "/v1/audit?action=hold-lift"))["entries"]
    assert (status(held), [one["outcome"] for one in entries if not one.get("items")]) == ("lifted", ["done", "done"])
    assert not any(one.get("takes_back") for one in entries)

    with redis.Redis.from_url(held.parts.settings.redis_url) as client:
        assert len(client.keys("wm:{t:*}hold:*")) == 1
        assert decide(held, "lift", PRIVACY)["status"] == "lifted"
        assert client.keys("wm:{t:*}hold:*") == []


@pytest.mark.parametrize("act", ["set", "lift"])
def test_a_hold_whose_waybills_are_missing_is_an_alarm(held: Api, act: str) -> None:
    decide(held, "lift", PRIVACY)
    with redis.Redis.from_url(held.parts.settings.redis_url) as client:
        client.delete(*client.keys("wm:{t:*}hold:*"))

    assert held.post(second(held), f"/v1/holds/H-1/{act}").status_code == 503
    (shown,) = content(held.get(PRIVACY, "/v1/holds"))["holds"]
    assert (shown["status"], erasing(held)) == ("lifting", 409)
