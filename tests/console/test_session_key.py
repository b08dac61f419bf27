"""A new session key ends all sessions, without a restart."""

import os
from pathlib import Path

import pytest

from keys.errors import KeysetError
from masking_console import session_key as reading
from masking_console.session_key import SessionKey
from masking_console.sessions import Session, Sessions
from masking_service.rotation.rotate import rotate_session


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("ab" * 32)
    path.chmod(0o600)
    return path


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHECK_SECONDS", -1.0)


def test_a_rotation_ends_sessions_and_new_ones_begin(path: Path, valkey: str) -> None:
    sessions = Sessions(valkey, SessionKey(path))
    before = sessions.begin(Session(sub="li", began_at=2**31, seen_at=2**31))
    assert sessions.find(before) is not None

    rotate_session(path, os.urandom)

    assert sessions.find(before) is None
    after = sessions.begin(Session(sub="li", began_at=2**31, seen_at=2**31))
    assert sessions.find(after) is not None


def test_who_has_the_old_key_reads_no_session(path: Path, valkey: str) -> None:
    rotate_session(path, os.urandom)
    begun = Sessions(valkey, SessionKey(path)).begin(Session(sub="li", began_at=2**31, seen_at=2**31))

    assert Sessions(valkey, lambda: bytes.fromhex("ab" * 32)).find(begun) is None


def test_the_cookie_key_follows(path: Path) -> None:
    key = SessionKey(path)
    before = key.cookie_key()

    rotate_session(path, os.urandom)

    assert key.cookie_key() != before


@pytest.mark.parametrize("content", ["", "ab" * 31, "not a key"])
def test_an_unusable_file_changes_nothing(path: Path, content: str) -> None:
    key = SessionKey(path)

    path.write_text(content)

    assert key() == bytes.fromhex("ab" * 32)


def test_the_new_file_is_for_the_owner_only(path: Path) -> None:
    rotate_session(path, os.urandom)

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "ab" * 31, '{"format": 1, "roots": []}', "ab" * 32 + "\n" + "cd" * 32])
def test_a_file_that_holds_something_else_is_not_replaced(path: Path, content: str) -> None:
    """Such as the keyset, without which nothing stored can be read."""
    path.write_text(content)

    with pytest.raises(KeysetError, match="was not changed: a session key is 64 hexadecimal digits"):
        rotate_session(path, os.urandom)

    assert path.read_text() == content


def test_a_file_that_others_may_read_is_not_replaced(path: Path) -> None:
    path.chmod(0o644)

    with pytest.raises(KeysetError, match="gives others access"):
        rotate_session(path, os.urandom)
