"""Tests root keys in a real OpenBao server."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keys.errors import ProviderError
from keys.framing import frame
from keys.providers.remote import ProviderCalls
from keys.providers.transit import TransitKey, TransitRootKeys
from tests.keys.known import known_bytes
from tests.keys.providers.bao import NEW, OLD, ROOT_TOKEN, Bao
from tests.keys.providers.stranger import stranger
from tests.servers import free_ports

pytestmark = pytest.mark.server

KEY = known_bytes("a data key")
WRAPPED = b'{"data": {"ciphertext": "vault:v2:' + b"AAAA" * 20 + b'"}}'


@pytest.fixture
def roots(bao: Bao) -> TransitRootKeys:
    """A provider that forgets failures at once."""
    return bao.roots(calls=ProviderCalls(pause=0))


@pytest.fixture
def sealed(bao: Bao, roots: TransitRootKeys) -> Iterator[TransitRootKeys]:
    """A provider with a sealed server."""
    bao.seal()
    yield roots
    bao.unseal()


@pytest.fixture
def frozen(bao: Bao) -> Iterator[TransitRootKeys]:
    """A provider with a stopped server."""
    roots = bao.roots(calls=ProviderCalls(seconds=0.2))
    bao.freeze()
    yield roots
    bao.thaw()


@pytest.fixture
def administrator(bao: Bao) -> Path:
    """A file with an unrestricted access token."""
    return bao.secret_file("administrator", ROOT_TOKEN)


def refusal(bao: Bao, **differently: Any) -> str:
    """What the provider says instead of opening."""
    with pytest.raises(ProviderError) as fault:
        bao.roots(**differently)
    return str(fault.value)


def refused_key(bao: Bao, administrator: Path, name: str, version: int = 1) -> str:
    keys = {NEW: TransitKey(name, version)}
    return refusal(bao, keys=keys, token_file=administrator).removeprefix(f"{bao.url}: Transit key ")


def test_the_server_unwraps_as_documented(bao: Bao, roots: TransitRootKeys) -> None:
    wrapped = roots.wrap(KEY, b"context")
    context = frame(b"wrapped-key", b"", b"\x01", b"\x11", NEW, b"context")
    question = {
        "ciphertext": "vault:v2:" + base64.b64encode(wrapped[10:]).decode(),
        "associated_data": base64.b64encode(context).decode(),
    }

    answer = bao.ask("transit/decrypt/root", question)

    assert base64.b64decode(answer["data"]["plaintext"]) == KEY


def test_an_engine_that_is_mounted_elsewhere_is_found_there(bao: Bao, administrator: Path) -> None:
    bao.ask("sys/mounts/else/where", {"type": "transit"})
    bao.ask("else/where/keys/a.root", {"type": "aes256-gcm96"})
    roots = bao.roots({NEW: TransitKey("a.root", 1)}, mount="else/where", token_file=administrator)

    assert roots.unwrap(roots.wrap(KEY, b"context"), b"context") == KEY


@pytest.mark.parametrize("setting", ["exportable", "allow_plaintext_backup"])
def test_a_key_that_could_be_read_out_is_refused(bao: Bao, administrator: Path, setting: str) -> None:
    bao.make_key(setting)
    bao.ask(f"transit/keys/{setting}/config", {setting: True})

    assert refused_key(bao, administrator, setting) == f"'{setting}' version 1: could be exported from the server"


@pytest.mark.parametrize(
    ("name", "settings"), [("chacha", {"type": "chacha20-poly1305"}), ("derived", {"derived": True})]
)
def test_a_key_of_another_kind_is_refused(
    bao: Bao, administrator: Path, name: str, settings: dict[str, object]
) -> None:
    bao.make_key(name, **settings)

    assert (
        refused_key(bao, administrator, name) == f"'{name}' version 1: is not of type aes256-gcm96 without derivation"
    )


@pytest.mark.parametrize("version", [0, 2])
def test_a_version_that_the_server_does_not_hold_is_refused(bao: Bao, administrator: Path, version: int) -> None:
    bao.make_key("once")

    assert refused_key(bao, administrator, "once", version) == (
        f"'once' version {version}: the server does not have this version"
    )


def test_a_version_below_the_minimum_is_refused(bao: Bao, administrator: Path) -> None:
    bao.make_key("moved")
    bao.ask("transit/keys/moved/rotate", {})
    bao.ask("transit/keys/moved/config", {"min_decryption_version": 2})

    assert refused_key(bao, administrator, "moved") == "'moved' version 1: the server does not have this version"


def test_a_version_retired_at_the_server_reports_no_integrity_error(bao: Bao, administrator: Path) -> None:
    bao.make_key("retired")
    roots = bao.roots({NEW: TransitKey("retired", 1)}, token_file=administrator)
    wrapped = roots.wrap(KEY, b"context")
    bao.ask("transit/keys/retired/rotate", {})
    bao.ask("transit/keys/retired/config", {"min_decryption_version": 2})

    with pytest.raises(ProviderError, match=r"answered 400 to POST decrypt/retired \(.*too old.*\)"):
        roots.unwrap(wrapped, b"context")


def test_an_answer_of_the_right_size_is_taken(bao: Bao) -> None:
    with stranger(bao.ca_file.parent, WRAPPED) as url:
        assert bao.roots(url=url).wrap(KEY, b"context")[10:] == bytes(60)


def test_a_missing_key_is_refused_and_not_created(bao: Bao, administrator: Path) -> None:
    said = refusal(bao, keys={NEW: TransitKey("missing", 1)}, token_file=administrator)

    assert said == f"{bao.url}: answered 404 to GET keys/missing ()"
    assert "missing" not in bao.ask("transit/keys?list=true")["data"]["keys"]


def test_a_retired_root_key_must_be_there_too(bao: Bao) -> None:
    keys = {OLD: TransitKey("root", 9), NEW: TransitKey("root", 2)}

    assert refusal(bao, keys=keys).endswith("'root' version 9: the server does not have this version")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8200", "127.0.0.1:8200", "https://", "unix"])
def test_an_address_without_tls_is_refused(bao: Bao, url: str) -> None:
    assert refusal(bao, url=url) == f"{url}: must be https://HOST:PORT"


def test_a_server_that_is_not_there_is_refused(bao: Bao) -> None:
    url = f"https://127.0.0.1:{free_ports(1)[0]}"

    assert refusal(bao, url=url) == f"{url}: cannot be reached (ConnectionRefusedError)"


def test_a_server_of_another_authority_is_refused(bao: Bao, tmp_path: Path) -> None:
    other = Bao(tmp_path)
    try:
        said = refusal(bao, ca_file=other.ca_file)
    finally:
        other.stop()

    assert said == f"{bao.url}: cannot be reached (SSLCertVerificationError)"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_certificates_is_named(bao: Bao, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)

    assert refusal(bao, ca_file=path).startswith(f"{path}: cannot be read as certificates (")


def test_a_missing_token_file_is_named(bao: Bao, tmp_path: Path) -> None:
    path = tmp_path / "token"

    assert refusal(bao, token_file=path) == f"{path}: no such file"


@pytest.mark.parametrize("content", ["", "\n", "one\r\nX-Other: two", "a token", "\u4e00"])
def test_a_file_without_an_access_token_is_named_and_not_shown(bao: Bao, content: str) -> None:
    path = bao.secret_file("other", content)

    assert refusal(bao, token_file=path) == f"{path}: does not contain an access token"


def test_an_access_token_that_may_not_is_refused(bao: Bao) -> None:
    path = bao.secret_file("other", "s.unknown")

    assert refusal(bao, token_file=path) == f"{bao.url}: answered 403 to GET keys/root (permission denied)"


def test_an_access_token_that_was_renewed_is_used_at_once(bao: Bao) -> None:
    path = bao.secret_file("renewed", bao.token_file.read_text())
    roots = bao.roots(token_file=path, calls=ProviderCalls(pause=0))
    path.write_text("s.unknown")
    with pytest.raises(ProviderError, match="permission denied"):
        roots.wrap(KEY, b"context")

    path.write_text(ROOT_TOKEN)

    assert roots.unwrap(roots.wrap(KEY, b"context"), b"context") == KEY


def test_the_environment_changes_nothing(bao: Bao, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VAULT_ADDR", "BAO_ADDR", "VAULT_TOKEN", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "https://127.0.0.1:1")
    roots = bao.roots()

    assert roots.unwrap(roots.wrap(KEY, b"context"), b"context") == KEY


def test_a_sealed_server_wraps_nothing(sealed: TransitRootKeys, bao: Bao) -> None:
    with pytest.raises(ProviderError, match=r"answered 503 to POST encrypt/root \(Vault is sealed\)"):
        sealed.wrap(KEY, b"context")


def test_a_sealed_server_unwraps_nothing_and_reports_no_integrity_error(bao: Bao, roots: TransitRootKeys) -> None:
    wrapped = roots.wrap(KEY, b"context")
    bao.seal()

    try:
        with pytest.raises(ProviderError, match="answered 503"):
            roots.unwrap(wrapped, b"context")
    finally:
        bao.unseal()


def test_a_server_that_was_unsealed_is_used_again(bao: Bao, roots: TransitRootKeys) -> None:
    bao.seal()
    with pytest.raises(ProviderError):
        roots.wrap(KEY, b"context")
    bao.unseal()

    assert roots.unwrap(roots.wrap(KEY, b"context"), b"context") == KEY


def test_a_call_to_a_stopped_server_times_out(frozen: TransitRootKeys) -> None:
    # Who gives up first, the calls or the connection under it, is a matter of a millisecond.
    with pytest.raises(ProviderError, match=r"(gave no answer within 0\.2 s|cannot be reached \(TimeoutError\))$"):
        frozen.wrap(KEY, b"context")


def test_a_call_to_a_stopped_server_ends_by_itself(frozen: TransitRootKeys) -> None:
    with pytest.raises(ProviderError):
        frozen.wrap(KEY, b"context")
    call = frozen._calls._pending
    assert call is not None

    assert str(call.exception(30)).endswith(": cannot be reached (TimeoutError)")


def test_a_stopped_server_is_not_flooded(frozen: TransitRootKeys) -> None:
    with pytest.raises(ProviderError):
        frozen.wrap(KEY, b"context")

    with pytest.raises(ProviderError, match="the next call is made after a pause"):
        frozen.wrap(KEY, b"context")


def test_a_server_that_died_wraps_nothing(tmp_path: Path) -> None:
    server = Bao(tmp_path)
    roots = server.roots()
    server.stop()

    with pytest.raises(ProviderError, match=r"cannot be reached \(ConnectionRefusedError\)"):
        roots.wrap(KEY, b"context")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"<html>", "answered 200, and not as Transit does", id="no JSON"),
        pytest.param(b'"\xff"', "answered 200, and not as Transit does", id="no UTF-8"),
        pytest.param(b"{}", "answered 200, and not as Transit does", id="no data"),
        pytest.param(b'{"data": {"ciphertext": 1}}', "answered 200, and not as Transit does", id="no text"),
        pytest.param(b'{"data": {"ciphertext": "vault:v2:AAAA"}}', "the answer is not a wrapped key", id="short"),
        pytest.param(
            b'{"data": {"ciphertext": "vault:v1:' + b"AAAA" * 20 + b'"}}',
            "the answer is not a wrapped key",
            id="another version",
        ),
        pytest.param(
            b'{"data": {"ciphertext": "vault:v2:' + b"AAAA" * 20 + b'!"}}',
            "the answer is not a wrapped key",
            id="no base64",
        ),
    ],
)
def test_an_invalid_answer_is_refused(bao: Bao, content: bytes, said: str) -> None:
    with stranger(bao.ca_file.parent, content) as url:
        roots = bao.roots(url=url)

        with pytest.raises(ProviderError) as fault:
            roots.wrap(KEY, b"context")

    assert str(fault.value) == f"{url}: {said}"


def test_an_endless_answer_is_truncated(bao: Bao) -> None:
    with stranger(bao.ca_file.parent, b" " * 100_000 + WRAPPED) as url:
        roots = bao.roots(url=url)

        with pytest.raises(ProviderError, match="not as Transit does"):
            roots.wrap(KEY, b"context")
