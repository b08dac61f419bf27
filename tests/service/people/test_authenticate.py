"""API keys and JWTs are told apart, and every other credential is refused."""

from pathlib import Path

import pytest

from masking_service.service.call.call import Authenticator
from masking_service.service.people.clients import ApiKey, ClientRegistry, Clients, key_bytes, key_text
from masking_service.service.people.errors import Unauthenticated
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.keys.known import known_bytes, known_keyring
from tests.service.people.tokens import BELIEVED, NOW, token
from tests.store import stores

KEY = key_text(known_bytes("an API key"))
OTHER_KEY = key_text(known_bytes("another API key"))
KEYRING = known_keyring()


@pytest.fixture
def authenticator(tmp_path: Path) -> Authenticator:
    """Knows one client, whose store cannot be reached."""
    registry = ClientRegistry(Store("redis://127.0.0.1:1/0"), KEYRING, tmp_path, stores.foreseen())
    digest = KEYRING.api_key_digest(key_bytes(KEY), 0)
    registry.clients = Clients().add("printer", "label-printer", ApiKey.new(digest, NOW), networks=["10.0.0.0/8"])
    registry.known = True
    return Authenticator(registry, BELIEVED, KEYRING)


def reason(authenticator: Authenticator, header: str | None, address: str = "10.1.2.3") -> str:
    with pytest.raises(Unauthenticated) as refused:
        authenticator.authenticate(header, address, NOW)
    return refused.value.reason


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_an_api_key_is_its_clients(authenticator: Authenticator, scheme: str) -> None:
    principal = authenticator.authenticate(f"{scheme} {KEY}", "10.1.2.3", NOW)

    assert (principal.id, principal.roles, principal.source) == ("client/printer", ("label-printer",), "key")


def test_a_jwt_is_its_subjects(authenticator: Authenticator) -> None:
    principal = authenticator.authenticate(f"Bearer {token()}", "10.1.2.3", NOW)

    assert (principal.id, principal.roles, principal.source) == ("staff/u-1", ("dispute-officer",), "jwt")


@pytest.mark.parametrize("header", [None, "", "Bearer", KEY, f"Basic {KEY}", f"Token {KEY}", f"Bearer\t{KEY}", " "])
def test_without_a_bearer_credential_a_request_is_refused(authenticator: Authenticator, header: str | None) -> None:
    assert reason(authenticator, header) in {"no-credential", "malformed"}


@pytest.mark.parametrize(
    "credential", [OTHER_KEY, KEY[:-1], KEY + "A", f" {KEY}", f"{KEY} ", KEY.upper(), "wbk_", "not.a.jwt", "钥匙"]
)
def test_any_other_credential_is_unauthenticated(authenticator: Authenticator, credential: str) -> None:
    assert reason(authenticator, f"Bearer {credential}")


def test_a_key_from_another_network_is_unauthenticated(authenticator: Authenticator) -> None:
    assert reason(authenticator, f"Bearer {KEY}", "192.0.2.1") == "network"


def test_the_keyed_digest_of_another_keyset_is_unauthenticated(authenticator: Authenticator) -> None:
    authenticator._keyring = known_keyring("another owner")

    assert reason(authenticator, f"Bearer {KEY}") == "unknown-key"


def test_a_forged_jwt_is_unauthenticated(authenticator: Authenticator) -> None:
    assert reason(authenticator, f"Bearer {token()[:-8]}AAAAAAAA")


def test_a_refusal_does_not_hold_the_credential(authenticator: Authenticator) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticator.authenticate(f"Bearer {OTHER_KEY}", "10.1.2.3", NOW)

    assert OTHER_KEY not in repr(refused.value)


def test_a_client_is_known_while_the_store_is_down(authenticator: Authenticator) -> None:
    # The fixture's store cannot be reached at all: labels keep printing without it.
    assert authenticator.authenticate(f"Bearer {KEY}", "10.1.2.3", NOW).tenant == "default"


def test_before_any_registry_was_seen_a_key_is_neither_known_nor_unknown(tmp_path: Path) -> None:
    registry = ClientRegistry(Store("redis://127.0.0.1:1/0"), KEYRING, tmp_path, stores.foreseen())

    with pytest.raises(StoreUnavailable):
        Authenticator(registry, BELIEVED, KEYRING).authenticate(f"Bearer {KEY}", "10.1.2.3", NOW)
