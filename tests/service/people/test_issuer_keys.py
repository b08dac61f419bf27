"""The keys of issuers: pinned or fetched, picked by their id, and never held longer than they may count."""

import json
import threading
import time
from itertools import count
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from masking_service.service.people.errors import IssuerUnavailable, Unauthenticated
from masking_service.service.people.issuer_keys import FETCH_TIMEOUT, FetchedKeys, keys_from_file, keys_from_jwks
from tests.every import every
from tests.service.people.tokens import (
    BELIEVED,
    KEY,
    NOW,
    OTHER_KEY,
    RSA_KEY,
    issuers,
    jwk,
    private_pem,
    public_pem,
    refusal,
    token,
)
from tests.together import in_threads


class TestPinnedKeys:
    TWO = json.dumps({"keys": [jwk(KEY, kid="a"), jwk(OTHER_KEY, kid="b")]}).encode()

    @pytest.mark.parametrize(("kid", "key"), [("a", KEY), ("b", OTHER_KEY)])
    def test_the_key_id_picks_the_key(self, kid: str, key: ec.EllipticCurvePrivateKey) -> None:
        assert issuers(self.TWO).authenticate(token({"kid": kid}, key), NOW).id == "staff/u-1"

    def test_a_key_under_the_id_of_another_is_refused(self) -> None:
        assert refusal(token({"kid": "b"}, KEY), issuers(self.TWO)) == "signature"

    @pytest.mark.parametrize("kid", ["c", "", "A"])
    def test_an_unknown_key_id_is_refused(self, kid: str) -> None:
        assert refusal(token({"kid": kid}), issuers(self.TWO)) == "unknown-kid"

    def test_without_a_key_id_nothing_is_tried(self) -> None:
        assert refusal(token(), issuers(self.TWO)) == "unknown-kid"

    def test_the_only_key_needs_no_id(self) -> None:
        one = json.dumps({"keys": [jwk(KEY, kid="a")]}).encode()
        assert issuers(one).authenticate(token(), NOW).id == "staff/u-1"

    def test_a_pem_key_has_no_id_to_compare(self) -> None:
        assert BELIEVED.authenticate(token({"kid": "whatever"}), NOW).id == "staff/u-1"

    @every(
        "member",
        [{"use": "enc"}, {"alg": "ES384"}, {"key_ops": ["sign"]}, {"kty": "oct"}, {"crv": "P-384"}, {"kid": 7}],
    )
    def test_keys_for_something_else_are_passed_over(self, member: dict[str, Any]) -> None:
        keys = keys_from_jwks({"keys": [jwk(OTHER_KEY, kid="b") | member, jwk(KEY, kid="a")]}, "ES256")
        assert list(keys) == ["a"]

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (private_pem(KEY), "private key"),
            (json.dumps({"keys": [jwk(KEY, d="x")]}).encode(), "private key"),
            (json.dumps({"keys": [jwk(KEY), jwk(OTHER_KEY)]}).encode(), "same key id"),
            (public_pem(RSA_KEY), "no key for the algorithm"),
            (public_pem(ec.generate_private_key(ec.SECP384R1())), "no key for the algorithm"),
            (public_pem(ec.generate_private_key(ec.BrainpoolP256R1())), "no key for the algorithm"),
            (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "no key for the algorithm"),
            (b'{"keys": []}', "no key for the algorithm"),
            (b'{"keys": {}}', "no JWKS"),
            (b"[]", "no JWKS"),
            (b"", "neither PEM nor a JWKS"),
            (b"\xff\xfe", "neither PEM nor a JWKS"),
            (b"[" * 100_000, "neither PEM nor a JWKS"),
        ],
        ids=count(),  # the keys are new in each process
    )
    def test_a_file_without_a_good_public_key_is_refused(self, content: bytes, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            keys_from_file(content, "ES256")

    def test_a_short_rsa_key_is_refused(self) -> None:
        short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 -- this is what is refused
        with pytest.raises(ValueError, match="no key for the algorithm"):
            keys_from_file(public_pem(short), "RS256")


class Endpoint:
    """A JWKS endpoint that counts how often it is asked, and can be down."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.down = False

    def __call__(self) -> object:
        self.asked += 1
        if self.down:
            raise OSError
        return {"keys": self.keys}


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint(jwk(KEY, kid="a"))


@pytest.fixture
def keys(endpoint: Endpoint) -> FetchedKeys:
    return FetchedKeys(endpoint, "ES256")


@pytest.fixture
def fetched(keys: FetchedKeys) -> FetchedKeys:
    """Keys that were fetched at `NOW`."""
    keys.find("a", NOW)
    return keys


class TestFetchedKeys:
    @pytest.mark.parametrize(
        ("times", "asked"),
        [((), 0), ((0, 1, 299), 1), ((0, 300), 2), ((10_000, 0), 2), ((0, -60), 1), ((0, -61), 2)],
        ids=[
            "not before the first token",
            "once for five minutes",
            "and then again",
            "again if the clock jumps back",
            "once if the clock is a minute behind",
            "again if it is further behind",
        ],
    )
    def test_keys_are_fetched_only_when_they_are_needed(
        self, keys: FetchedKeys, endpoint: Endpoint, times: tuple[int, ...], asked: int
    ) -> None:
        for later in times:
            keys.find("a", NOW + later)
        assert endpoint.asked == asked

    def test_a_key_that_the_issuer_withdrew_is_gone_after_five_minutes(
        self, fetched: FetchedKeys, endpoint: Endpoint
    ) -> None:
        endpoint.keys = [jwk(OTHER_KEY, kid="b")]
        with pytest.raises(Unauthenticated):
            fetched.find("a", NOW + 300)

    def test_a_new_key_id_asks_again(self, fetched: FetchedKeys, endpoint: Endpoint) -> None:
        endpoint.keys.append(jwk(OTHER_KEY, kid="b"))
        assert fetched.find("b", NOW + 30).key_id == "b"

    def test_made_up_key_ids_do_not_ask_without_end(self, fetched: FetchedKeys, endpoint: Endpoint) -> None:
        for second in range(60):
            with pytest.raises(Unauthenticated):
                fetched.find(f"made-up-{second}", NOW + second)
        assert endpoint.asked == 2

    def test_a_failed_endpoint_is_not_asked_again_for_ten_seconds(self, keys: FetchedKeys, endpoint: Endpoint) -> None:
        endpoint.down = True
        for second in (0, 1, 9):
            with pytest.raises(IssuerUnavailable):
                keys.find("a", NOW + second)
        assert endpoint.asked == 1
        endpoint.down = False
        assert keys.find("a", NOW + 10).key_id == "a"

    def test_keys_outlive_an_outage_as_long_as_the_tokens_made_before_it(
        self, fetched: FetchedKeys, endpoint: Endpoint
    ) -> None:
        endpoint.down = True
        assert fetched.find("a", NOW + 1_199).key_id == "a"

    @pytest.mark.parametrize(
        ("kid", "later"),
        [("a", 1_200), ("a", -10_000), ("b", 60)],
        ids=["expired keys", "clock jumped back", "unknown key id"],
    )
    def test_other_keys_are_unavailable_in_an_outage(
        self, fetched: FetchedKeys, endpoint: Endpoint, kid: str, later: int
    ) -> None:
        endpoint.down = True
        with pytest.raises(IssuerUnavailable):
            fetched.find(kid, NOW + later)

    def test_an_answer_without_keys_does_not_take_the_known_ones_away(
        self, fetched: FetchedKeys, endpoint: Endpoint
    ) -> None:
        endpoint.keys = []
        assert fetched.find("a", NOW + 400).key_id == "a"

    def test_callers_with_usable_keys_do_not_wait_for_a_slow_endpoint(self, endpoint: Endpoint) -> None:
        release, started = threading.Event(), threading.Event()

        def slow() -> object:
            if endpoint.asked:
                started.set()
                release.wait(5)
            return endpoint()

        keys = FetchedKeys(slow, "ES256")
        keys.find("a", NOW)
        asker = threading.Thread(target=keys.find, args=("a", NOW + 300))
        asker.start()
        started.wait(5)
        before = time.monotonic()
        keys.find("a", NOW + 300)
        waited = time.monotonic() - before
        release.set()
        asker.join(5)
        assert waited < 4  # the one who asks waits for five seconds

    def test_callers_without_keys_wait_for_one_fetch_together(self, keys: FetchedKeys, endpoint: Endpoint) -> None:
        in_threads(5, lambda _: keys.find("a", NOW))
        assert endpoint.asked == 1


def test_waiting_for_another_thread_and_fetching_take_less_than_five_seconds() -> None:
    assert 2 * FETCH_TIMEOUT < 5
