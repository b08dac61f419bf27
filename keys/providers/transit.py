"""Root keys inside the Transit engine of OpenBao or HashiCorp Vault.

A key that the server would export is refused, and so is a connection without
TLS. The access token is in a file that is read for every call, so that an agent
can renew it. Nothing is taken from the environment.
"""

import http.client
import re
import ssl
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from keys.errors import IntegrityError, KeysetError, ProviderError
from keys.files import read_secret_file
from keys.keyset_file import Transit
from keys.providers.remote import ProviderCalls, RemoteRootKeys
from keys.suites import NONCE_BYTES, TAG_BYTES

_TYPE: Final = "aes256-gcm96"
_WRONG_TAG: Final = "message authentication failed"
_TOKEN: Final = re.compile(r"[!-~]+")
_MAX_BYTES: Final = 65_536

Data = TypeVar("Data")


@dataclass(frozen=True, slots=True)
class TransitKey:
    """A root key: one version of one key of the engine."""

    name: str
    version: int


class _Answer(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[str] = []


class _Description(msgspec.Struct):
    type: str
    exportable: bool
    allow_plaintext_backup: bool
    derived: bool
    keys: dict[str, msgspec.Raw]


class _Encrypted(msgspec.Struct):
    ciphertext: str


class _Decrypted(msgspec.Struct):
    plaintext: str


class TransitRootKeys(RemoteRootKeys):
    """Root keys of one Transit engine.

    Args:
        where: the engine; ``https://HOST:PORT`` of the server, a secret file with the access token, and the CA
            certificates of the server.
        folder: where these files are, if their paths are relative.
        keys: the root keys by their 8-byte ids.
        active: the id of the key that wraps.

    Raises:
        ProviderError: the server is unavailable, or lacks one of the keys, or could export it.
    """

    ALGORITHM: ClassVar[int] = 17

    __slots__ = ("_host", "_keys", "_mount", "_port", "_tls", "_token_file", "_url")

    def __init__(
        self,
        where: Transit,
        folder: Path,
        keys: Mapping[bytes, TransitKey],
        active: bytes,
        calls: ProviderCalls | None = None,
    ) -> None:
        super().__init__(active, frozenset(keys), calls or ProviderCalls())
        url, ca_file = where.url, folder / where.ca_file
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise ProviderError(f"{url}: must be https://HOST:PORT")
        try:
            self._tls = ssl.create_default_context(cafile=str(ca_file))
        except OSError as error:
            raise ProviderError(f"{ca_file}: cannot be read as certificates ({error.strerror})") from None
        self._url = url
        self._host, self._port = parts.hostname, parts.port
        self._token_file = folder / where.token_file
        self._keys = keys
        self._mount = where.mount
        self._calls.call(self._check_keys)

    def _check_keys(self) -> None:
        """Check that every key exists and cannot be exported.

        This comes before any encryption, which would create a missing key.
        """
        for key in self._keys.values():
            name = f"{self._url}: Transit key {key.name!r} version {key.version}"
            found = self._call("GET", f"keys/{quote(key.name, safe='')}", None, _Description)
            if found.type != _TYPE or found.derived:
                raise ProviderError(f"{name}: is not of type {_TYPE} without derivation")
            if found.exportable or found.allow_plaintext_backup:
                raise ProviderError(f"{name}: could be exported from the server")
            if str(key.version) not in found.keys:
                raise ProviderError(f"{name}: the server does not have this version")

    def _seal(self, key_id: bytes, key: bytes, bound: bytes) -> bytes:
        root = self._keys[key_id]
        question: Mapping[str, str | int] = {
            "plaintext": _text(key),
            "associated_data": _text(bound),
            "key_version": root.version,
        }
        text = self._call("POST", f"encrypt/{quote(root.name, safe='')}", question, _Encrypted).ciphertext
        sealed = _bytes(text.removeprefix(_prefix(root)))
        if len(sealed) != NONCE_BYTES + len(key) + TAG_BYTES:
            raise ProviderError(f"{self._url}: the answer is not a wrapped key")
        return sealed

    def _open(self, key_id: bytes, body: bytes, bound: bytes) -> bytes:
        root = self._keys[key_id]
        question = {"ciphertext": _prefix(root) + _text(body), "associated_data": _text(bound)}
        return _bytes(self._call("POST", f"decrypt/{quote(root.name, safe='')}", question, _Decrypted).plaintext)

    def _call(self, method: str, path: str, body: Mapping[str, str | int] | None, kind: type[Data]) -> Data:
        status, content = self._exchange(method, f"/v1/{quote(self._mount)}/{path}", body)
        try:
            answer = msgspec.json.decode(content, type=_Answer)
            if status == http.HTTPStatus.OK:
                return msgspec.json.decode(answer.data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise ProviderError(f"{self._url}: answered {status}, and not as Transit does") from None
        why = "; ".join(answer.errors)
        if status == http.HTTPStatus.BAD_REQUEST and _WRONG_TAG in why:
            raise IntegrityError("a wrapped key was changed, or wrapped for another context")
        raise ProviderError(f"{self._url}: answered {status} to {method} {path} ({why})")

    def _exchange(self, method: str, path: str, body: Mapping[str, str | int] | None) -> tuple[int, bytes]:
        try:
            token = read_secret_file(self._token_file).strip().decode("latin-1")
        except KeysetError as error:
            raise ProviderError(str(error)) from None
        if not _TOKEN.fullmatch(token):
            raise ProviderError(f"{self._token_file}: does not contain an access token")
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=self._calls.seconds, context=self._tls)
        try:
            content = None if body is None else msgspec.json.encode(body)
            connection.request(method, path, content, {"X-Vault-Token": token})
            answer = connection.getresponse()
            return answer.status, answer.read(_MAX_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise ProviderError(f"{self._url}: cannot be reached ({type(error).__name__})") from None
        finally:
            connection.close()


def _prefix(root: TransitKey) -> str:
    return f"vault:v{root.version}:"


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except Base64Error:
        return b""
