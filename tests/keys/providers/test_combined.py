"""Tests moving between providers."""

import pytest

from keys.errors import IntegrityError, ProviderError
from keys.providers.combined import CombinedRootKeys
from keys.providers.file import FileRootKeys
from tests.keys.known import known_bytes
from tests.keys.providers.softhsm import NEW, OLD, SoftHsm

KEY = known_bytes("a data key")
IN_FILE = b"in-file-"
FILE = FileRootKeys({IN_FILE: known_bytes("root in the file")}, IN_FILE)


@pytest.fixture
def moving(softhsm: SoftHsm) -> CombinedRootKeys:
    """A site that moves to a token."""
    token = softhsm.roots()
    return CombinedRootKeys({IN_FILE: FILE, OLD: token, NEW: token}, NEW)


def test_the_new_provider_wraps(moving: CombinedRootKeys) -> None:
    assert moving.wrap(KEY, b"context")[1:10] == b"\x10" + NEW


def test_what_the_new_provider_wrapped_is_unwrapped(moving: CombinedRootKeys) -> None:
    assert moving.unwrap(moving.wrap(KEY, b"context"), b"context") == KEY


def test_what_the_old_provider_wrapped_is_unwrapped(moving: CombinedRootKeys) -> None:
    assert moving.unwrap(FILE.wrap(KEY, b"context"), b"context") == KEY


def test_before_the_move_the_old_provider_wraps(softhsm: SoftHsm) -> None:
    token = softhsm.roots()

    assert CombinedRootKeys({IN_FILE: FILE, NEW: token}, IN_FILE).wrap(KEY, b"context")[1:10] == b"\x01" + IN_FILE


def test_a_key_of_no_provider_is_a_provider_error(moving: CombinedRootKeys) -> None:
    wrapped = FileRootKeys({b"no-one's": known_bytes("gone")}, b"no-one's").wrap(KEY, b"context")

    with pytest.raises(ProviderError, match=r"^a wrapped key names a root key that no provider in the keyset has$"):
        moving.unwrap(wrapped, b"context")


def test_a_cut_key_is_refused(moving: CombinedRootKeys) -> None:
    with pytest.raises(IntegrityError):
        moving.unwrap(b"\x01\x01", b"context")
