"""Tests that secrets cannot be printed or copied."""

import copy
import pickle
from collections.abc import Callable

import pytest

from keys.secret import Secret
from tests.every import every
from tests.keys.known import known_bytes, known_keyring, known_keyset

SECRETS: list[Secret] = [
    known_keyset(),
    known_keyring(),
    known_keyring().tenant("default"),
    known_keyring().tenant("default").state,
    known_keyring().tenant("default").tokens,
]
HOLDERS = [pytest.param(secret, id=type(secret).__name__) for secret in SECRETS]


@every("secret", HOLDERS)
def test_its_repr_is_its_type(secret: Secret) -> None:
    assert f"{secret!r} {secret!s} {[secret]}" == f"<{type(secret).__name__}> " * 2 + f"[<{type(secret).__name__}>]"


@every("secret", HOLDERS)
@every("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_it_cannot_be_copied_or_pickled(secret: Secret, duplicate: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match=f"^a {type(secret).__name__} cannot be pickled or copied$"):
        duplicate(secret)


@every("secret", HOLDERS)
@every("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_pickle_protocol_bypasses_it(secret: Secret, protocol: int) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(secret, protocol)


@every("secret", HOLDERS)
def test_it_has_no_dictionary_that_a_dump_of_variables_would_show(secret: Secret) -> None:
    assert not hasattr(secret, "__dict__")


def test_the_root_keys_print_as_their_type() -> None:
    assert repr(known_keyset().roots) == "<FileRootKeys>"


def test_an_error_about_a_secret_does_not_hold_it() -> None:
    with pytest.raises(TypeError) as fault:
        pickle.dumps(known_keyset())

    assert known_bytes("vectors root").hex() not in repr(fault.value)
