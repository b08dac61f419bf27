"""The newest checkpoint that a process keeps on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from keys.errors import KeysetError
from masking_audit.format.lines import read_line
from masking_service.audit.checkpoints import Checkpoints
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests import servers
from tests.audit.logs import SIGNER
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import NOW

pytestmark = pytest.mark.usefixtures("spread")


def test_no_checkpoint_is_saved_before_it_reached_the_replicas(
    tmp_path: Path, make_sentinel: Callable[..., servers.Group]
) -> None:
    """Run on a primary without connected replicas."""
    group = make_sentinel(replicas=1, sentinels=1)
    (primary,), (replica,) = group.primaries, group.replicas
    for folder in ("made", "seen"):
        (tmp_path / folder).mkdir()
    elsewhere = Checkpoints(stores.admitted(primary.url), SIGNER, tmp_path / "made", lambda: NOW)
    here = Checkpoints(stores.admitted(primary.url, replicas=1), SIGNER, tmp_path / "seen", lambda: NOW)
    elsewhere.make()
    here.read_newest()
    replica.pause()
    elsewhere.make()

    with pytest.raises(StoreUnavailable, match=stores.NOT_DURABLE):
        here.read_newest()
    replica.resume()
    assert here.newest_seen is not None
    assert here.newest_seen.checkpoint.epoch == 1


def test_the_saved_checkpoint_is_readable_by_its_owner_only(checkpoints: Checkpoints, tmp_path: Path) -> None:
    made = checkpoints.make()

    path = tmp_path / "checkpoint.json"
    assert (read_line(path.read_bytes()), path.stat().st_mode & 0o077) == (made, 0)


def test_the_saved_checkpoint_is_never_replaced_by_an_older_one(
    process: Callable[[str], Checkpoints], tmp_path: Path
) -> None:
    """Two processes share a state directory."""
    late, early = process("shared"), process("shared")
    first = late.make()
    second = early.make()
    late._local.save(first)

    assert read_line((tmp_path / "shared" / "checkpoint.json").read_bytes()) == second


@pytest.mark.parametrize("content", [b"{}", b'{"checkpoint": {}}', b"\xff", b""])
def test_an_invalid_saved_checkpoint_stops_the_start(
    process: Callable[[str], Checkpoints], tmp_path: Path, content: bytes
) -> None:
    process("here")
    path = tmp_path / "here" / "checkpoint.json"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(KeysetError, match="does not contain a checkpoint"):
        process("here")


def test_a_saved_checkpoint_of_other_keys_stops_the_start(
    process: Callable[[str], Checkpoints], store: Store, tmp_path: Path
) -> None:
    process("here").make()

    with pytest.raises(KeysetError, match="was not signed with these keys"):
        Checkpoints(store, known_keyring("other").audit_signer, tmp_path / "here", lambda: NOW)
