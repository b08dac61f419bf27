"""Sessions in Redis: sealed, one a person, ended by idleness, by age or by a newer sign-in.

The key of an entry is the SHA-256 of the session's id, so that a copy of Redis
opens no session, and the value is sealed for that key.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
import redis
from redis.exceptions import RedisError

from keys.aead import KEY_ID_BYTES, NONCE_BYTES, SealingKey
from keys.errors import IntegrityError

IDLE_SECONDS: Final = 15 * 60
WARN_SECONDS: Final = 2 * 60
"""Before a session ends for idleness, the page warns so long."""
LIFETIME_SECONDS: Final = 9 * 3600
LOCK_SECONDS: Final = 8
TIMEOUT_SECONDS: Final = 0.5

ENDED_ELSEWHERE: Final = "elsewhere"
ENDED_BY_ISSUER: Final = "issuer"


class SessionsUnavailableError(Exception):
    """The store of the sessions does not answer."""


class Session(msgspec.Struct, kw_only=True):
    """What the desk keeps of a signed-in person. It holds no value of a waybill.

    Attributes:
        sub: the person's subject at the issuer.
        name: as the issuer says it.
        sid: the issuer's own session id, for back-channel logout.
        access_token, refresh_token, id_token: of the issuer.
        expires_at: of the access token, Unix seconds.
        began_at: when the person signed in, Unix seconds.
        seen_at: when the person last did something, Unix seconds.
        replaced: whether this sign-in ended another session of the person, until that has been shown.
        ended: why the session ended, where it did.
    """

    sub: str
    name: str = ""
    sid: str = ""
    access_token: str = ""
    refresh_token: str = ""
    id_token: str = ""
    expires_at: int = 0
    began_at: int = 0
    seen_at: int = 0
    replaced: bool = False
    ended: str = ""

    def __repr__(self) -> str:
        return "<Session>"

    def seconds_left(self, now: int) -> int:
        """Seconds until the session ends if nothing more is done."""
        return max(0, min(self.seen_at + IDLE_SECONDS, self.began_at + LIFETIME_SECONDS) - now)


class Sessions:
    """Keeps sessions under ids of 256 random bits.

    Args:
        url: of Redis.
        key: 32 bytes that seal the sessions.
    """

    def __init__(self, url: str, key: bytes) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, max_connections=64
        )
        key_id = hashlib.sha256(b"masking-console key id" + key).digest()[:KEY_ID_BYTES]
        self._seal = SealingKey(key, key_id, label=b"console-session", tenant=b"")
        self._person_key = hmac.digest(key, b"masking-console person", "sha256")

    def begin(self, session: Session) -> str:
        """Store a new session, end the person's older one, and return the new id.

        Raises:
            SessionsUnavailableError: nothing is stored.
        """
        new_id = secrets.token_urlsafe(32)
        with self._asked():
            person = self._person(session.sub)
            older = self._redis.get(person)
            if isinstance(older, bytes) and (found := self._read(older)) is not None and not found.ended:
                session.replaced = True
                self._write(older, Session(sub=session.sub, ended=ENDED_ELSEWHERE), IDLE_SECONDS)
            self._store(_key(new_id), session)
            self._redis.set(person, _key(new_id), ex=LIFETIME_SECONDS)
        return new_id

    def find(self, session_id: str) -> Session | None:
        """The session of an id, also one that has ended and says why; None where there is none.

        Raises:
            SessionsUnavailableError: it cannot be told.
        """
        with self._asked():
            return self._read(_key(session_id))

    def save(self, session_id: str, session: Session) -> None:
        """Store a changed session until it ends."""
        with self._asked():
            self._store(_key(session_id), session)

    def end(self, session_id: str) -> None:
        """Forget a session."""
        with self._asked():
            self._redis.delete(_key(session_id))

    def end_person(self, sub: str, sid: str = "") -> None:
        """End a person's session because the issuer says so; only the one of `sid`, where that is given."""
        with self._asked():
            held = self._redis.get(self._person(sub))
            found = self._read(held) if isinstance(held, bytes) else None
            if isinstance(held, bytes) and found is not None and sid in ("", found.sid):
                self._write(held, Session(sub=sub, ended=ENDED_BY_ISSUER), IDLE_SECONDS)

    def once(self, name: str, seconds: int) -> bool:
        """Whether a name comes for the first time within so many seconds."""
        with self._asked():
            return bool(self._redis.set(b"console:once:" + _digest(name), b"1", nx=True, ex=seconds))

    @contextmanager
    def lock(self, session_id: str) -> Iterator[None]:
        """Let one request at a time refresh a session's tokens.

        Raises:
            SessionsUnavailableError: the lock was not free in time.
        """
        with self._asked():
            lock = self._redis.lock(
                (b"console:lock:" + _digest(session_id)).decode(), timeout=LOCK_SECONDS, blocking_timeout=LOCK_SECONDS
            )
            if not lock.acquire():
                raise SessionsUnavailableError
        try:
            yield
        finally:
            with self._asked():
                if lock.owned():
                    lock.release()

    def _store(self, key: bytes, session: Session) -> None:
        self._write(key, session, session.seconds_left(int(time.time())) or 1)

    def _write(self, key: bytes, session: Session, seconds: int) -> None:
        sealed = self._seal.seal(msgspec.msgpack.encode(session), key, secrets.token_bytes(NONCE_BYTES))
        self._redis.set(key, sealed, ex=seconds)

    def _read(self, key: bytes) -> Session | None:
        sealed = self._redis.get(key)
        if not isinstance(sealed, bytes):
            return None
        try:
            return msgspec.msgpack.decode(self._seal.open(sealed, key), type=Session)
        except (IntegrityError, msgspec.DecodeError):
            return None  # sealed by another key, or changed: the person signs in again

    def _person(self, sub: str) -> bytes:
        return b"console:person:" + hmac.digest(self._person_key, sub.encode(), "sha256").hex().encode()

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except RedisError:
            raise SessionsUnavailableError from None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).hexdigest().encode()


def _key(session_id: str) -> bytes:
    return b"console:session:" + _digest(session_id)
