"""Root keys inside a PKCS#11 token (an HSM): AES-256-GCM done by the token, with keys that cannot leave it.

A key that could be read out is refused. The PIN stands in a file, and one that
was refused is not tried again: tokens lock themselves after a few.
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
from keys.providers.remote import Line, RemoteRootKeys
from keys.suites import NONCE_BYTES, TAG_BYTES

_WRONG_PIN: Final = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked, pkcs11.PinExpired)
_UNREADABLE: Final = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}


class _AesKey(Protocol):
    """What the library's objects for AES keys can do; it makes their classes at run time."""

    key_type: KeyType
    key_length: int

    def __getitem__(self, attribute: Attribute) -> Any: ...
    def encrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...
    def decrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes: ...


class Pkcs11RootKeys(RemoteRootKeys):
    """Root keys of one token; every one of them unwraps, the active one wraps.

    Args:
        module: the PKCS#11 library of the token's maker.
        token: the label of the token.
        pin_file: holds the user PIN, for nobody else to read.
        labels: the label (CKA_LABEL) of each root key by its 8-byte id, which is its CKA_ID.
        active: the id of the one that wraps.
        line: the way to the token.

    Raises:
        ProviderError: the token is not there, or does not hold every one of these keys, unreadable.
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
        line: Line | None = None,
    ) -> None:
        super().__init__(active, frozenset(labels), line or Line())
        self._module = module
        self._token = token
        self._pin_file = pin_file
        self._labels = labels
        self._session: Session | None = None
        self._keys: dict[bytes, _AesKey] = {}
        self._locked_out = False
        self._line.ask(self._open_session)

    def _seal(self, key_id: bytes, key: bytes, bound: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        try:
            root = self._key(key_id)
            return nonce + root.encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, bound))
        except PKCS11Error as fault:
            raise self._lost(fault) from None

    def _open(self, key_id: bytes, body: bytes, bound: bytes) -> bytes:
        nonce, ciphertext = body[:NONCE_BYTES], body[NONCE_BYTES:]
        try:
            root = self._key(key_id)
            return root.decrypt(ciphertext, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, bound))
        except PKCS11Error:
            pass
        # Tokens say "general error" to a wrong tag as well as to a trouble of their own. What still seals is well.
        self._seal(key_id, bytes(KEY_BYTES), bound)
        raise IntegrityError("a wrapped key was changed, or wrapped for another context")

    def _key(self, key_id: bytes) -> _AesKey:
        if self._session is None:
            self._open_session()
        return self._keys[key_id]

    def _open_session(self) -> None:
        if self._locked_out:
            raise ProviderError(f"{self._pin_file}: the token refused this PIN; it is not tried twice")
        try:
            session = self._log_in()
            self._keys = {key_id: self._find(session, key_id, label) for key_id, label in self._labels.items()}
        except _WRONG_PIN:
            self._locked_out = True
            raise ProviderError(f"{self._pin_file}: the token refused this PIN") from None
        except KeysetError as fault:
            raise ProviderError(str(fault)) from None
        except PKCS11Error as fault:
            raise self._lost(fault) from None
        self._session = session

    def _log_in(self) -> Session:
        pin = read_secret_file(self._pin_file).strip().decode("utf-8", "replace")
        token = pkcs11.lib(str(self._module)).get_token(token_label=self._token)
        try:
            return token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # by another keyset of this process: a process logs in as a whole
            return token.open()

    def _find(self, session: Session, key_id: bytes, label: str) -> _AesKey:
        name = f"token {self._token!r}, key {label!r} with id {key_id.hex()}"
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: label, Attribute.ID: key_id}
        found = [*session.get_objects(wanted)]
        if len(found) != 1:
            raise ProviderError(f"{name}: the token holds {len(found)} of it, not one")
        key = cast("_AesKey", found[0])
        if key.key_type is not KeyType.AES or key.key_length != 8 * KEY_BYTES:
            raise ProviderError(f"{name}: is no AES-256 key")
        if any(key[attribute] is not value for attribute, value in _UNREADABLE.items()):
            raise ProviderError(f"{name}: could be read out of the token")
        return key

    def _lost(self, fault: PKCS11Error) -> ProviderError:
        self._session = None
        # A token that was away is not seen again by a library that goes on as if nothing had happened.
        with suppress(PKCS11Error):
            pkcs11.lib(str(self._module)).finalize()
        return ProviderError(f"token {self._token!r}: failed ({type(fault).__name__})")


def _gcm(nonce: bytes, bound: bytes) -> GCMParams:
    return GCMParams(nonce, bound, 8 * TAG_BYTES)
