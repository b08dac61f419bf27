"""Tests root keys in the keyset file."""

import pytest

from keys.aead import KEY_ID_BYTES
from keys.errors import IntegrityError, ProviderError
from keys.providers.file import FileRootKeys
from keys.suites import SUITES
from tests.keys.known import known_bytes

OLD, NEW = known_bytes("old id")[:KEY_ID_BYTES], known_bytes("new id")[:KEY_ID_BYTES]
KEYS = {OLD: known_bytes("old root"), NEW: known_bytes("new root")}
KEY = known_bytes("a data key")


def test_the_active_root_key_wraps() -> None:
    assert FileRootKeys(KEYS, NEW).wrap(KEY, b"context")[2:10] == NEW


@pytest.mark.parametrize("active", [OLD, NEW])
def test_every_root_key_unwraps(active: bytes) -> None:
    assert FileRootKeys(KEYS, NEW).unwrap(FileRootKeys(KEYS, active).wrap(KEY, b"context"), b"context") == KEY


@pytest.mark.parametrize("algorithm", SUITES)
def test_it_wraps_with_the_suite_of_the_deployment(algorithm: int) -> None:
    assert FileRootKeys(KEYS, NEW, algorithm).wrap(KEY, b"context")[1] == algorithm


@pytest.mark.parametrize("algorithm", SUITES)
def test_what_any_suite_wrapped_is_unwrapped(algorithm: int) -> None:
    wrapped = FileRootKeys(KEYS, NEW, algorithm).wrap(KEY, b"context")

    assert FileRootKeys(KEYS, NEW).unwrap(wrapped, b"context") == KEY


def test_a_key_wrapped_for_another_context_is_refused() -> None:
    roots = FileRootKeys(KEYS, NEW)

    with pytest.raises(IntegrityError):
        roots.unwrap(roots.wrap(KEY, b"context"), b"another")


def test_a_key_of_a_removed_root_key_is_a_provider_error() -> None:
    wrapped = FileRootKeys(KEYS, OLD).wrap(KEY, b"context")

    with pytest.raises(ProviderError, match=r"^a wrapped key names a root key that is not in the keyset$"):
        FileRootKeys({NEW: KEYS[NEW]}, NEW).unwrap(wrapped, b"context")


def test_a_missing_active_root_key_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        FileRootKeys({OLD: KEYS[OLD]}, NEW)
