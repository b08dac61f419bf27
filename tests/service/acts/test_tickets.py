"""A ticket is good for its person and use, for two minutes, on the server and under the policy that gave it out."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from keys.public_keys import b64
from masking_service.service.acts.tickets import RANDOM_BYTES, TICKET_NONCE_BYTES, TicketExpired, Tickets, Use
from masking_service.service.call.budgets import Nonce
from masking_service.service.call.errors import SignatureInvalid, SignatureRequired
from masking_service.service.people.principals import Principal
from masking_service.store.layout import signature_key
from tests.keys.known import known_keyring
from tests.store.stores import NOW

KEYS = known_keyring().tenant("default")
PERSON = Principal("staff/li", "default", ("privacy-officer",), frozenset(), "jwt")
RANDOM = bytes(range(RANDOM_BYTES))
NONCE = RANDOM[:TICKET_NONCE_BYTES]
ROSTER: Any = SimpleNamespace()


def tickets(policy: str = "policy", server: bytes = b"server", valid: int = 120) -> Tickets:
    """Tickets under a policy, over a store whose only server has that run id."""
    place = signature_key(KEYS.tenant_tag, NONCE)
    servers = {(place, id(ROSTER)): server}
    store: Any = SimpleNamespace(
        identity=SimpleNamespace(roster=ROSTER), run_id_of=lambda key, roster: servers[key, id(roster)]
    )
    return Tickets(store, policy, valid)


@pytest.mark.parametrize("valid", [120, 7])
def test_a_ticket_is_taken_from_five_seconds_before_it_to_the_end_of_its_time(valid: int) -> None:
    mine = tickets(valid=valid)
    given, text = mine.give(KEYS, PERSON, "act", RANDOM, NOW)
    nonce = Nonce(signature_key(KEYS.tenant_tag, NONCE), 2 * valid, ROSTER)

    for age in (-5, -4, 0, 1, valid - 1, valid):
        assert mine.take(KEYS, PERSON, "act", text, NOW + age) == (given, nonce), age
    for age in (-1_000, -6, valid + 1, valid + 1_000):
        with pytest.raises(TicketExpired):
            mine.take(KEYS, PERSON, "act", text, NOW + age)
    assert (given.nonce, given.at, given.hashes) == (NONCE, NOW, KEYS.hashes)


@pytest.mark.parametrize(
    "take",
    [
        lambda text: tickets().take(KEYS, Principal("staff/wang", *_rest()), "act", text, NOW),
        lambda text: tickets().take(KEYS, PERSON, "key", text, NOW),
        lambda text: tickets().take(KEYS, PERSON, "device", text, NOW),
        lambda text: tickets().take(known_keyring().tenant("other"), PERSON, "act", text, NOW),
        lambda text: tickets().take(KEYS, PERSON, "act", text[:-1], NOW),
        lambda text: tickets().take(KEYS, PERSON, "act", b64(bytes(60)), NOW),
        lambda _text: tickets().take(KEYS, PERSON, "act", "", NOW),
    ],
    ids=["person", "key", "device", "tenant", "cut", "made up", "empty"],
)
def test_a_ticket_of_another_person_use_or_tenant_and_what_is_none_is_invalid(take: Callable[[str], object]) -> None:
    _, text = tickets().give(KEYS, PERSON, "act", RANDOM, NOW)

    with pytest.raises(SignatureInvalid) as refused:
        take(text)

    assert type(refused.value) is SignatureInvalid


def _rest() -> tuple[Any, ...]:
    return PERSON.tenant, PERSON.roles, PERSON.sites, PERSON.source


@pytest.mark.parametrize("use", ["act", "key", "device"])
def test_a_ticket_is_good_no_more_under_another_policy_and_at_another_server(use: Use) -> None:
    given, text = tickets().give(KEYS, PERSON, use, RANDOM, NOW)

    assert tickets().take(KEYS, PERSON, use, text, NOW)[0] == given
    for changed in (tickets("another"), tickets(server=b"another")):
        with pytest.raises(SignatureRequired):
            changed.take(KEYS, PERSON, use, text, NOW)
