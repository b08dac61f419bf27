"""Tests that all remote providers share."""

from collections.abc import Callable

import pytest

from keys.aead import HEADER_BYTES, OVERHEAD_BYTES
from keys.errors import IntegrityError, ProviderError
from keys.providers import RootKeys
from keys.providers.remote import RemoteRootKeys
from tests.keys.known import known_bytes
from tests.keys.providers.softhsm import NEW, OLD

KEY = known_bytes("a data key")
Opening = Callable[..., RemoteRootKeys]
ALGORITHM = {"softhsm": 16, "bao": 17}


@pytest.fixture(params=ALGORITHM)
def provider(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def opening(provider: str, request: pytest.FixtureRequest) -> Opening:
    """Opens the provider; `active` says which root key wraps."""
    roots: Opening = request.getfixturevalue(provider).roots
    return roots


@pytest.fixture
def roots(opening: Opening) -> RootKeys:
    return opening()


def test_a_wrapped_key_is_unwrapped_for_its_context(roots: RootKeys) -> None:
    assert roots.unwrap(roots.wrap(KEY, b"context"), b"context") == KEY


def test_a_wrapped_key_names_its_provider_and_its_root_key(roots: RootKeys, provider: str) -> None:
    assert roots.wrap(KEY, b"context")[:HEADER_BYTES] == bytes((1, ALGORITHM[provider])) + NEW


def test_a_wrapped_key_has_the_size_of_every_sealed_value(roots: RootKeys) -> None:
    assert len(roots.wrap(KEY, b"context")) == len(KEY) + OVERHEAD_BYTES


def test_no_two_wrapped_keys_are_alike(roots: RootKeys) -> None:
    assert roots.wrap(KEY, b"context") != roots.wrap(KEY, b"context")


def test_a_wrapped_key_does_not_hold_the_key(roots: RootKeys) -> None:
    assert KEY not in roots.wrap(KEY, b"context")


def test_a_retired_root_key_unwraps_its_keys(opening: Opening) -> None:
    before, after = opening(active=OLD), opening(active=NEW)

    assert after.unwrap(before.wrap(KEY, b"context"), b"context") == KEY


def test_the_active_root_key_wraps(opening: Opening) -> None:
    assert [opening(active=active).wrap(KEY, b"")[2:HEADER_BYTES] for active in (OLD, NEW)] == [OLD, NEW]


def test_a_key_wrapped_for_another_context_is_refused(roots: RootKeys) -> None:
    wrapped = roots.wrap(KEY, b"context")

    with pytest.raises(IntegrityError, match=r"^a wrapped key was changed, or wrapped for another context$"):
        roots.unwrap(wrapped, b"another")


@pytest.mark.parametrize("at", [10, 21, 22, 53, 54, 69])
def test_a_changed_key_is_refused(roots: RootKeys, at: int) -> None:
    wrapped = roots.wrap(KEY, b"context")

    with pytest.raises(IntegrityError):
        roots.unwrap(wrapped[:at] + bytes((wrapped[at] ^ 1,)) + wrapped[at + 1 :], b"context")


def test_a_wrapped_key_with_the_id_of_another_root_key_is_refused(roots: RootKeys) -> None:
    wrapped = roots.wrap(KEY, b"context")

    with pytest.raises(IntegrityError):
        roots.unwrap(wrapped[:2] + OLD + wrapped[HEADER_BYTES:], b"context")


@pytest.mark.parametrize("length", [0, 9, 37])
def test_a_cut_key_is_refused(roots: RootKeys, length: int) -> None:
    with pytest.raises(IntegrityError):
        roots.unwrap(roots.wrap(KEY, b"context")[:length], b"context")


def test_a_changed_key_does_not_pause_the_provider(roots: RootKeys) -> None:
    wrapped = roots.wrap(KEY, b"context")
    with pytest.raises(IntegrityError):
        roots.unwrap(wrapped[:-1] + bytes((wrapped[-1] ^ 1,)), b"context")

    assert roots.unwrap(wrapped, b"context") == KEY


@pytest.mark.parametrize("byte", [1, 2, 3, 18])
def test_a_key_wrapped_by_another_provider_is_a_provider_error(roots: RootKeys, byte: int) -> None:
    wrapped = roots.wrap(KEY, b"context")

    with pytest.raises(ProviderError, match=r"^a wrapped key names a root key that the provider does not have$"):
        roots.unwrap(wrapped[:1] + bytes((byte,)) + wrapped[2:], b"context")


def test_a_key_of_an_unknown_root_key_is_a_provider_error(roots: RootKeys) -> None:
    wrapped = roots.wrap(KEY, b"context")

    with pytest.raises(ProviderError, match=r"^a wrapped key names a root key that the provider does not have$"):
        roots.unwrap(wrapped[:2] + b"unknown-" + wrapped[HEADER_BYTES:], b"context")


def test_a_provider_cannot_be_printed(roots: RootKeys, provider: str) -> None:
    assert repr(roots) == {"softhsm": "<Pkcs11RootKeys>", "bao": "<TransitRootKeys>"}[provider]
