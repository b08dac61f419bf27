"""Sessions in Redis: sealed, one a person, ended by idleness, by age or by a newer sign-in.

The key of an entry is the SHA-256 of the session's id, so that a copy of Redis
opens no session, and the value is sealed for that key.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from masking_console.store import SealedStore, SessionsUnavailableError

IDLE_SECONDS: Final = 15 * 60
WARN_SECONDS: Final = 2 * 60
"""Before a session ends for idleness, the page warns so long."""
LIFETIME_SECONDS: Final = 9 * 3600
LOCK_SECONDS: Final = 8
FORMER_SECONDS: Final = 3600
"""Seconds after its longest life for which a session's person is known."""

ENDED_ELSEWHERE: Final = "elsewhere"
ENDED_BY_ISSUER: Final = "issuer"

_REPLACE: Final = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'ex', ARGV[3])
return 1
"""
"""Sets a key to the second argument for the third in seconds, if it still holds the first; returns whether it did."""


class Session(msgspec.Struct, kw_only=True):
    """What the desk keeps of a signed-in person. It holds no value of a waybill.

    Attributes:
        sub: the person's subject at the issuer.
        principal: the person's id at the service, once it was asked for.
        sid: the issuer's own session id, for back-channel logout.
        expires_at: of the access token, Unix seconds.
        began_at: when the person signed in, Unix seconds.
        seen_at: when the person last did something, Unix seconds.
        replaced: whether this sign-in ended another session of the person, until that has been shown.
        ended: why the session ended, where it did.
    """

    sub: str
    name: str = ""
    principal: str = ""
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
        key: returns the 32 bytes that seal the sessions.
        authority: the file of the authorities that sign for a server of `rediss://`; None for the system's.
    """

    def __init__(self, url: str, key: Callable[[], bytes], authority: Path | None = None) -> None:
        self._store = SealedStore(url, key, authority, b"console-session")
        self._redis = self._store.redis
        self._replace = self._redis.register_script(_REPLACE)

    def begin(self, session: Session) -> str:
        """Store a new session, end the person's older one, and return the new id.

        Raises:
            SessionsUnavailableError: nothing is stored.
        """
        new_id = secrets.token_urlsafe(32)
        key = _key(name_of(new_id))
        with self._store.asked():
            self._put(key, session)
            former = _former(name_of(new_id))
            self._redis.set(
                former, self._store.seal(former, session.sub.encode()), ex=LIFETIME_SECONDS + FORMER_SECONDS
            )
            older = self._redis.set(self._store.pointer("person", session.sub), key, ex=LIFETIME_SECONDS, get=True)
            if session.sid:
                self._redis.set(self._store.pointer("sid", session.sid), key, ex=LIFETIME_SECONDS)
            if isinstance(older, bytes) and (found := self._read(older)) is not None and not found.ended:
                self._end(older, found, ENDED_ELSEWHERE)
                self._change(key, replaced=True)
        return new_id

    def find(self, session_id: str) -> Session | None:
        """The session of an id, also one that has ended and says why; None where there is none.

        Raises:
            SessionsUnavailableError: it cannot be told.
        """
        with self._store.asked():
            return self._read(_key(name_of(session_id)))

    def former(self, session_id: str) -> str:
        """Return the person of a session id, until an hour after its longest life; "" if unknown.

        It signs no one in: what the person was typing is kept for them.
        """
        key = _former(name_of(session_id))
        with self._store.asked():
            return (self._store.open(key, self._redis.get(key)) or b"").decode()

    def change(self, session_id: str, **changes: object) -> Session | None:
        """Change members of a session, unless it has ended.

        Nothing that another request stored meanwhile is overwritten: neither its
        changes nor the end of the session.

        Returns:
            The session as it is now: changed, or ended, or None where it is gone.
        """
        with self._store.asked():
            return self._change(_key(name_of(session_id)), **changes)

    def end(self, session_id: str) -> None:
        self.end_named(name_of(session_id))

    def end_named(self, name: str) -> Session | None:
        """Forget the session of a name, and return what it was."""
        with self._store.asked():
            found = self._read(_key(name))
            self._redis.delete(_key(name))
        return found

    def end_by_issuer(self, *, sub: str = "", sid: str = "") -> None:
        """End the session of `sid`, or a person's, because the issuer says so.

        Where both are given, a person's session of another `sid` goes on. One that
        began without a `sid` ends.
        """
        named = [self._store.pointer("person", sub)] * bool(sub) + [self._store.pointer("sid", sid)] * bool(sid)
        with self._store.asked():
            for pointer in named:
                held = self._redis.get(pointer)
                found = self._read(held) if isinstance(held, bytes) else None
                if isinstance(held, bytes) and found and sub in ("", found.sub) and (not sid or found.sid in ("", sid)):
                    self._end(held, found, ENDED_BY_ISSUER)

    def once(self, name: str, seconds: int) -> bool:
        """Whether a name comes for the first time within so many seconds."""
        with self._store.asked():
            return bool(self._redis.set(f"console:once:{name_of(name)}", b"1", nx=True, ex=seconds))

    @contextmanager
    def lock(self, session_id: str) -> Iterator[None]:
        """Let one request at a time refresh a session's tokens.

        Raises:
            SessionsUnavailableError: the lock was not free in time.
        """
        with self._store.asked():
            lock = self._redis.lock(
                f"console:lock:{name_of(session_id)}", timeout=LOCK_SECONDS, blocking_timeout=LOCK_SECONDS
            )
            if not lock.acquire():
                raise SessionsUnavailableError
        try:
            yield
        finally:
            with self._store.asked():
                if lock.owned():
                    lock.release()

    def _change(self, key: bytes, **changes: object) -> Session | None:
        while True:  # a try fails only where another request's change succeeded
            held: Any = self._redis.get(key)
            session = self._opened(key, held)
            if session is None or session.ended:
                return session
            session = msgspec.structs.replace(session, **changes)
            if self._replace([key], [held, self._sealed(key, session), _seconds(session)]):
                return session

    def _end(self, key: bytes, session: Session, why: str) -> None:
        """Say at a session's place why it ended. Its tokens are forgotten."""
        self._redis.set(key, self._sealed(key, Session(sub=session.sub, ended=why)), ex=IDLE_SECONDS)

    def _put(self, key: bytes, session: Session) -> None:
        self._redis.set(key, self._sealed(key, session), ex=_seconds(session))

    def _sealed(self, key: bytes, session: Session) -> bytes:
        return self._store.seal(key, msgspec.msgpack.encode(session))

    def _read(self, key: bytes) -> Session | None:
        return self._opened(key, self._redis.get(key))

    def _opened(self, key: bytes, sealed: object) -> Session | None:
        opened = self._store.open(key, sealed)
        try:
            return None if opened is None else msgspec.msgpack.decode(opened, type=Session)
        except msgspec.DecodeError:
            return None  # of another release: the person signs in again


def name_of(session_id: str) -> str:
    """The name under which Redis holds a session. It signs no one in."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def _key(name: str) -> bytes:
    return f"console:session:{name}".encode()


def _former(name: str) -> bytes:
    return f"console:former:{name}".encode()


def _seconds(session: Session) -> int:
    """Seconds for which Redis keeps a session."""
    return session.seconds_left(int(time.time())) or 1
