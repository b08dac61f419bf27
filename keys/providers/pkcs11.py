"""Root keys inside a PKCS#11 token (an HSM), which does the AES-256-GCM.

A key that could be exported is refused. The PIN is in a file, and a refused PIN
is not tried again, because tokens lock after a few failures.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, cast

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass, PKCS11Error, Session

from keys.aead import KEY_BYTES
from keys.errors import IntegrityError, KeysetError, ProviderError
from keys.files import read_secret_file
from keys.providers.remote import ProviderCalls, RemoteRootKeys
from keys.suites import NONCE_BYTES, TAG_BYTES

_WRONG_PIN: Final = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked, pkcs11.PinExpired)
_UNREADABLE: Final = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}


class _AesKey(Protocol):
    """The interface of the library's AES keys, whose classes are created at run time."""

    key_type: KeyType
    key_length: int

    def __getitem__(self, attribute: Attribute) -> Any: ...
    def encrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...
    def decrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...


class Pkcs11RootKeys(RemoteRootKeys):
    """Root keys of one token.

    Args:
        module: the PKCS#11 library of the vendor.
        token: the label of the token.
        pin_file: a secret file with the user PIN.
        labels: the label (CKA_LABEL) of each root key by its 8-byte id, which is its CKA_ID.
        active: the id of the key that wraps.

    Raises:
        ProviderError: the token is unavailable, or lacks one of the keys, or could export it.
    """

    ALGORITHM: ClassVar[int] = 16

    __slots__ = ("_keys", "_labels", "_locked_out", "_module", "_pin_file", "_session", "_token")

    def __init__(
        self,
        module: Path,
        token: str,
        pin_file: Path,
        labels: Mapping[bytes, str],
        active: bytes,
        calls: ProviderCalls | None = None,
    ) -> None:
        super().__init__(active, frozenset(labels), calls or ProviderCalls())
        self._module = module
        self._token = token
        self._pin_file = pin_file
        self._labels = labels
        self._session: Session | None = None
        self._keys: dict[bytes, _AesKey] = {}
        self._locked_out = False
        self._calls.call(self._open_session)

    def _seal(self, key_id: bytes, key: bytes, bound: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        try:
            root = self._key(key_id)
            return nonce + root.encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, bound))
        except PKCS11Error as error:
            raise self._session_error(error) from None

    def _open(self, key_id: bytes, body: bytes, bound: bytes) -> bytes:
        nonce, ciphertext = body[:NONCE_BYTES], body[NONCE_BYTES:]
        try:
            root = self._key(key_id)
            return root.decrypt(ciphertext, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, bound))
        except PKCS11Error:
            pass
        # Tokens report a wrong tag and an internal failure with the same error. A token that can seal is healthy.
        self._seal(key_id, bytes(KEY_BYTES), bound)
        raise IntegrityError("a wrapped key was changed, or wrapped for another context")

    def _key(self, key_id: bytes) -> _AesKey:
        if self._session is None:
            self._open_session()
        return self._keys[key_id]

    def _open_session(self) -> None:
        if self._locked_out:
            raise ProviderError(f"{self._pin_file}: the token refused this PIN; it is not tried again")
        try:
            session = self._log_in()
            self._keys = {key_id: self._find(session, key_id, label) for key_id, label in self._labels.items()}
        except _WRONG_PIN:
            self._locked_out = True
            raise ProviderError(f"{self._pin_file}: the token refused this PIN") from None
        except KeysetError as error:
            raise ProviderError(str(error)) from None
        except PKCS11Error as error:
            raise self._session_error(error) from None
        self._session = session

    def _log_in(self) -> Session:
        pin = read_secret_file(self._pin_file).strip().decode("utf-8", "replace")
        token = pkcs11.lib(str(self._module)).get_token(token_label=self._token)
        try:
            return token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # a login counts for the whole process
            return token.open()

    def _find(self, session: Session, key_id: bytes, label: str) -> _AesKey:
        name = f"token {self._token!r}, key {label!r} with id {key_id.hex()}"
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: label, Attribute.ID: key_id}
        found = [*session.get_objects(wanted)]
        if len(found) != 1:
            raise ProviderError(f"{name}: the token has {len(found)} such keys instead of one")
        key = cast("_AesKey", found[0])
        if key.key_type is not KeyType.AES or key.key_length != 8 * KEY_BYTES:
            raise ProviderError(f"{name}: is not an AES-256 key")
        if any(key[attribute] is not value for attribute, value in _UNREADABLE.items()):
            raise ProviderError(f"{name}: could be exported from the token")
        return key

    def _session_error(self, error: PKCS11Error) -> ProviderError:
        self._session = None
        # The library finds a token that was disconnected only after it is initialised again.
        with suppress(PKCS11Error):
            pkcs11.lib(str(self._module)).finalize()
        return ProviderError(f"token {self._token!r}: failed ({type(error).__name__})")


def _gcm(nonce: bytes, bound: bytes) -> GCMParams:
    return GCMParams(nonce, bound, 8 * TAG_BYTES)
