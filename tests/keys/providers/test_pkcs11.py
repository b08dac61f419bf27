"""Tests root keys in a real SoftHSM."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from pkcs11 import Attribute, GCMParams, Mechanism

from keys.errors import ProviderError
from keys.framing import frame
from keys.providers.pkcs11 import Pkcs11RootKeys
from keys.providers.remote import ProviderCalls
from tests.keys.known import known_bytes, secret_file
from tests.keys.providers.softhsm import LABELS, MODULE, NEW, PIN, SoftHsm

KEY = known_bytes("a data key")


@pytest.fixture
def gone(softhsm: SoftHsm) -> Iterator[Pkcs11RootKeys]:
    """A provider whose token has disappeared."""
    roots = softhsm.roots(calls=ProviderCalls(pause=0))
    softhsm.go()
    yield roots
    if not softhsm.tokens.exists():
        softhsm.come_back()


def refusal(softhsm: SoftHsm, **differently: Any) -> str:
    """What the provider says instead of opening."""
    with pytest.raises(ProviderError) as fault:
        softhsm.roots(**differently)
    return str(fault.value)


def test_an_independent_session_unwraps_as_documented(softhsm: SoftHsm) -> None:
    wrapped = softhsm.roots().wrap(KEY, b"context")
    context = frame(b"wrapped-key", b"", b"\x01", b"\x10", NEW, b"context")

    with pkcs11.lib(str(MODULE)).get_token(token_label="first").open() as session:
        root: Any = session.get_key(label=LABELS[NEW])
        parameters = GCMParams(wrapped[10:22], context, 128)
        assert root.decrypt(wrapped[22:], mechanism=Mechanism.AES_GCM, mechanism_param=parameters) == KEY


def test_the_root_key_cannot_be_read_out(softhsm: SoftHsm) -> None:
    softhsm.roots()

    with pkcs11.lib(str(MODULE)).get_token(token_label="first").open() as session:
        root = session.get_key(label=LABELS[NEW])
        with pytest.raises(pkcs11.AttributeSensitive):
            root[Attribute.VALUE]


def test_a_second_keyset_of_the_process_shares_its_login(softhsm: SoftHsm) -> None:
    first, second = softhsm.roots(), softhsm.roots()

    assert second.unwrap(first.wrap(KEY, b""), b"") == KEY


def test_the_pin_is_needed_once(softhsm: SoftHsm, tmp_path: Path) -> None:
    path = secret_file(tmp_path / "pin", PIN.encode())
    roots = softhsm.roots(pin_file=path)
    path.unlink()

    assert roots.unwrap(roots.wrap(KEY, b""), b"") == KEY


@pytest.mark.parametrize("label", ["extractable", "not sensitive"])
def test_a_key_that_could_be_read_out_is_refused(softhsm: SoftHsm, label: str) -> None:
    assert refusal(softhsm, labels={b"readable": label}, active=b"readable") == (
        f"token 'first', key '{label}' with id 7265616461626c65: could be exported from the token"
    )


@pytest.mark.parametrize(("key_id", "label"), [(b"shorter-", "aes 128"), (b"generic-", "generic")])
def test_a_key_of_another_kind_is_refused(softhsm: SoftHsm, key_id: bytes, label: str) -> None:
    assert refusal(softhsm, labels={key_id: label}, active=key_id).endswith(": is not an AES-256 key")


@pytest.mark.parametrize(
    ("key_id", "label"),
    [(b"doubled-", "doubled"), (NEW, "root 2026-11"), (b"missing-", "root 2026-12"), (NEW, "missing")],
)
def test_a_key_that_the_token_does_not_hold_exactly_once_is_refused(
    softhsm: SoftHsm, key_id: bytes, label: str
) -> None:
    count = 2 if label == "doubled" else 0

    assert refusal(softhsm, labels={key_id: label}, active=key_id) == (
        f"token 'first', key '{label}' with id {key_id.hex()}: the token has {count} such keys instead of one"
    )


def test_a_retired_root_key_must_be_there_too(softhsm: SoftHsm) -> None:
    assert "the token has 0 such keys" in refusal(softhsm, labels={**LABELS, b"missing-": "retired"})


def test_a_missing_token_is_named(softhsm: SoftHsm) -> None:
    assert refusal(softhsm, token="absent") == "token 'absent': failed (NoSuchToken)"


def test_a_missing_library_is_a_provider_error(softhsm: SoftHsm, tmp_path: Path) -> None:
    assert refusal(softhsm, module=tmp_path / "none.so") == "token 'first': failed (PKCS11Error)"


def test_a_missing_pin_file_is_named(softhsm: SoftHsm, tmp_path: Path) -> None:
    path = tmp_path / "pin"

    assert refusal(softhsm, pin_file=path) == f"{path}: no such file"


def test_a_pin_file_readable_by_others_is_refused(softhsm: SoftHsm, tmp_path: Path) -> None:
    path = secret_file(tmp_path / "pin", PIN.encode(), 0o644)

    assert refusal(softhsm, pin_file=path).startswith(f"{path}: its mode 0644 gives others access")


@pytest.mark.parametrize("content", [b"161803", b"", b"\xff\xfe"])
def test_a_wrong_pin_is_named_by_its_file_and_not_shown(softhsm: SoftHsm, tmp_path: Path, content: bytes) -> None:
    path = secret_file(tmp_path / "pin", content)

    assert refusal(softhsm, token="second", pin_file=path) == f"{path}: the token refused this PIN"


def test_a_pin_that_was_changed_is_tried_once_and_never_again(softhsm: SoftHsm, tmp_path: Path) -> None:
    path = secret_file(tmp_path / "pin", PIN.encode())
    roots = softhsm.roots(pin_file=path, calls=ProviderCalls(pause=0))
    path.write_text("161803")
    softhsm.go()
    with pytest.raises(ProviderError):
        roots.wrap(KEY, b"")
    softhsm.come_back()
    with pytest.raises(ProviderError, match=r"refused this PIN$"):
        roots.wrap(KEY, b"")
    path.write_text(PIN)

    with pytest.raises(ProviderError, match=r"it is not tried again$"):
        roots.wrap(KEY, b"")


def test_a_token_that_is_gone_wraps_nothing(gone: Pkcs11RootKeys) -> None:
    with pytest.raises(ProviderError, match=r"^token 'first': failed \(ObjectHandleInvalid\)$"):
        gone.wrap(KEY, b"context")


def test_a_missing_token_unwraps_nothing_and_reports_no_integrity_error(softhsm: SoftHsm) -> None:
    roots = softhsm.roots()
    wrapped = roots.wrap(KEY, b"context")

    with softhsm.away(), pytest.raises(ProviderError, match=r"^token 'first': failed"):
        roots.unwrap(wrapped, b"context")


def test_a_token_that_stays_away_is_not_found_again(gone: Pkcs11RootKeys) -> None:
    for _ in range(3):
        with pytest.raises(ProviderError, match=r"^token 'first': failed"):
            gone.wrap(KEY, b"context")


def test_a_token_that_comes_back_is_used_again(gone: Pkcs11RootKeys, softhsm: SoftHsm) -> None:
    with pytest.raises(ProviderError):
        gone.wrap(KEY, b"context")
    softhsm.come_back()

    assert gone.unwrap(gone.wrap(KEY, b"context"), b"context") == KEY


def test_a_token_that_is_away_at_the_start_is_refused(softhsm: SoftHsm) -> None:
    with softhsm.away():
        assert refusal(softhsm).startswith("token 'first': failed (")


def test_a_token_that_was_away_at_the_start_can_be_opened_later(softhsm: SoftHsm) -> None:
    with softhsm.away():
        refusal(softhsm)

    assert softhsm.roots().wrap(KEY, b"")
