"""API keys: one look-up, two keys for a change-over, and one refusal for everything else."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_service.service.people.clients import ApiKey, Clients, key_bytes, key_text
from masking_service.service.people.errors import ClientError, Unauthenticated
from masking_service.service.people.principals import Principal
from tests.every import every

NOW = 1_790_000_000
ANYWHERE = "203.0.113.9"


def digest(seed: int) -> bytes:
    return hmac.digest(b"pepper", seed.to_bytes(32, "big"), hashlib.sha256)


def key(seed: int, now: int = NOW, expires: int | None = None) -> ApiKey:
    return ApiKey.new(digest(seed), now, expires)


def one_client(expires: int | None = None, **how: Any) -> Clients:
    return Clients().add("printer-1", "label-printer", key(1, expires=expires), **how)


def refusal(clients: Clients, seed: int = 1, address: str = ANYWHERE, now: int = NOW) -> str:
    with pytest.raises(Unauthenticated) as refused:
        clients.authenticate(digest(seed), address, now)
    return refused.value.reason


class TestAuthenticate:
    def test_a_key_names_its_client(self) -> None:
        principal = one_client(tenant="other", sites=["021001"]).authenticate(digest(1), ANYWHERE, NOW)
        assert principal == Principal("client/printer-1", "other", ("label-printer",), frozenset({"021001"}), "key")

    def test_an_unknown_key_is_refused(self) -> None:
        assert refusal(one_client(), seed=2) == "unknown-key"

    def test_a_key_works_until_the_second_it_expires(self) -> None:
        assert one_client(expires=NOW + 10).authenticate(digest(1), ANYWHERE, NOW + 9).id == "client/printer-1"

    def test_a_key_is_dead_from_the_second_it_expires(self) -> None:
        assert refusal(one_client(expires=NOW + 10), now=NOW + 10) == "expired"

    def test_a_revoked_client_is_refused_with_every_key(self) -> None:
        clients = one_client().add_key("printer-1", key(2)).revoke("printer-1")
        assert [refusal(clients, seed) for seed in (1, 2)] == ["revoked", "revoked"]

    @pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::5"])
    def test_a_client_may_call_from_its_networks(self, address: str) -> None:
        clients = one_client(networks=["10.0.0.0/8", "2001:db8::/32"])
        assert clients.authenticate(digest(1), address, NOW).id == "client/printer-1"

    @every("address", ["11.0.0.1", "::ffff:11.0.0.1", "2001:db9::1", "", "unix:", "10.1.2.3, 8.8.8.8"])
    def test_a_client_is_refused_from_anywhere_else(self, address: str) -> None:
        assert refusal(one_client(networks=["10.0.0.0/8", "2001:db8::/32"]), address=address) == "network"

    def test_all_refusals_look_the_same_to_the_caller(self) -> None:
        clients = one_client(networks=["10.0.0.0/8"], expires=NOW + 10)
        seen = set()
        for registry, seed, now in (
            (clients, 2, NOW),
            (clients, 1, NOW),
            (clients, 1, NOW + 10),
            (clients.revoke("printer-1"), 1, NOW),
        ):
            with pytest.raises(Unauthenticated) as refused:
                registry.authenticate(digest(seed), ANYWHERE, now)
            seen.add((str(refused.value), refused.value.code))
        assert seen == {("unauthenticated", "unauthenticated")}


class TestChanges:
    def test_a_change_makes_another_registry(self) -> None:
        before = one_client()
        before.revoke("printer-1")
        assert before.authenticate(digest(1), ANYWHERE, NOW).id == "client/printer-1"

    def test_two_keys_are_valid_at_once(self) -> None:
        clients = one_client().add_key("printer-1", key(2))
        assert {clients.authenticate(digest(seed), ANYWHERE, NOW).id for seed in (1, 2)} == {"client/printer-1"}

    def test_a_third_valid_key_is_refused(self) -> None:
        clients = one_client().add_key("printer-1", key(2))
        with pytest.raises(ClientError, match="two valid keys"):
            clients.add_key("printer-1", key(3))

    def test_a_key_that_has_ended_makes_room(self) -> None:
        clients = one_client(expires=NOW + 5).add_key("printer-1", key(2))
        clients = clients.add_key("printer-1", key(3, NOW + 5))
        assert refusal(clients, seed=1) == "unknown-key"

    def test_a_revoked_key_is_forgotten_and_the_other_works_on(self) -> None:
        clients = one_client().add_key("printer-1", key(2))
        first = next(iter(clients)).keys[0].id
        clients = clients.revoke_key("printer-1", first)
        assert refusal(clients, seed=1) == "unknown-key"
        assert clients.authenticate(digest(2), ANYWHERE, NOW).id == "client/printer-1"

    def test_the_id_of_a_revoked_client_is_never_given_again(self) -> None:
        with pytest.raises(ClientError, match="never given twice"):
            one_client().revoke("printer-1").add("printer-1", "courier", key(2))

    def test_a_revoked_client_gets_no_new_key(self) -> None:
        with pytest.raises(ClientError, match="revoked"):
            one_client().revoke("printer-1").add_key("printer-1", key(2))

    def test_one_key_is_never_of_two_clients(self) -> None:
        with pytest.raises(ClientError, match="same key"):
            one_client().add("printer-2", "label-printer", key(1))

    def test_revoking_an_unknown_client_is_an_error(self) -> None:
        with pytest.raises(ClientError, match="no such client"):
            Clients().revoke("printer-1")

    def test_revoking_an_unknown_key_is_an_error(self) -> None:
        with pytest.raises(ClientError, match="no such key"):
            one_client().revoke_key("printer-1", "000000000000")

    @every(
        "wrong",
        [
            {"client_id": "Printer"},
            {"role": "Label Printer"},
            {"tenant": "A/B"},
            {"sites": ["a b"]},
            {"networks": ["10.0.0.1/8"]},
            {"networks": ["anywhere"]},
        ],
    )
    def test_a_malformed_client_is_not_added(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ClientError):
            Clients().add(**{"client_id": "a", "role": "courier", "key": key(1), **wrong})

    @pytest.mark.parametrize("wrong", [{"digest": b"short"}, {"expires": NOW}])
    def test_a_malformed_key_is_not_made(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ClientError):
            ApiKey.new(**{"digest": digest(1), "now": NOW, **wrong})


class TestState:
    def test_a_registry_comes_back_from_its_json_as_it_was(self) -> None:
        clients = one_client(
            tenant="other", sites=["2", "1"], networks=["10.0.0.0/8", "2001:db8::/32"], expires=NOW + 9
        )
        clients = clients.add_key("printer-1", key(2)).add("a", "courier", key(3)).revoke("a")
        assert list(Clients.from_state(json.loads(json.dumps(clients.to_state())))) == list(clients)

    def test_the_state_names_its_version(self) -> None:
        assert one_client().to_state()["version"] == 1

    @every("state", [None, [], {}, {"version": 2, "clients": []}, {"clients": []}])
    def test_a_state_of_another_version_is_refused(self, state: object) -> None:
        with pytest.raises(ClientError, match="version"):
            Clients.from_state(state)

    @every(
        ("field", "value"),
        [
            ("id", "A B"),
            ("id", None),
            ("tenant", 1),
            ("role", ["courier"]),
            ("sites", "021001"),
            ("networks", "10.0.0.0/8"),
            ("networks", ["x"]),
            ("keys", None),
            ("keys", [{"digest": "00", "created": 1, "expires": None}]),
            ("keys", [{"digest": "00" * 32, "created": "1", "expires": None}]),
            ("keys", [{"digest": "00" * 32, "created": 1, "expires": True}]),
            ("revoked", 0),
        ],
    )
    def test_a_damaged_state_is_refused(self, field: str, value: object) -> None:
        state = one_client().to_state()
        state["clients"][0][field] = value
        with pytest.raises(ClientError, match="damaged"):
            Clients.from_state(state)

    @every("field", ["id", "tenant", "role", "sites", "networks", "keys", "revoked"])
    def test_a_state_with_a_part_missing_is_refused(self, field: str) -> None:
        state = one_client().to_state()
        del state["clients"][0][field]
        with pytest.raises(ClientError, match="damaged"):
            Clients.from_state(state)


class TestKeyText:
    @given(st.binary(min_size=32, max_size=32))
    def test_a_key_is_wbk_and_43_characters_and_reads_back(self, random: bytes) -> None:
        text = key_text(random)
        assert (text[:4], len(text), key_bytes(text)) == ("wbk_", 47, random)

    @pytest.mark.parametrize("size", [0, 16, 31, 33])
    def test_a_key_is_made_of_32_bytes_and_no_other_number(self, size: int) -> None:
        with pytest.raises(ValueError, match="32 random bytes"):
            key_text(bytes(size))

    @every(
        "text",
        [
            "",
            "wbk_",
            "wbk_" + "A" * 42,
            "wbk_" + "A" * 44,
            "WBK_" + "A" * 43,
            "wbk_" + "A" * 43 + "\n",
            "wbk_" + "A" * 42 + "B",  # the same bytes as forty-three A, spelled otherwise
            "wbk_" + "+" * 43,
            "wbk_" + "Ａ" * 43,
        ],
    )
    def test_any_other_text_is_refused(self, text: str) -> None:
        with pytest.raises(Unauthenticated):
            key_bytes(text)

    @given(st.text())
    def test_no_text_ends_in_another_error(self, text: str) -> None:
        with pytest.raises(Unauthenticated):
            key_bytes(text)

    def test_no_repr_shows_a_digest(self) -> None:
        clients = one_client()
        shown = repr(clients) + repr(list(clients))
        assert digest(1).hex()[:16] not in shown
        assert repr(digest(1)) not in shown
