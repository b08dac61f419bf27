"""A store that was rolled back, emptied or forged is detected."""

from collections.abc import Callable

import pytest
import redis

from keys.errors import IntegrityError
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.errors import RolledBackError
from tests.audit.checkpoints.made import Clock, epochs_in
from tests.store.stores import Copy, ask, named

pytestmark = pytest.mark.usefixtures("spread")


def test_a_rolled_back_store_is_detected(checkpoints: Checkpoints, client: redis.Redis) -> None:
    checkpoints.make()
    before = Copy(client)
    checkpoints.make()
    before.restore(client)

    with pytest.raises(RolledBackError, match="ends at 1: it was rolled back") as fault:
        checkpoints.read_newest()
    assert "audit accept-store" in str(fault.value)
    with pytest.raises(RolledBackError):
        checkpoints.make()
    assert epochs_in(client) == [1]


def test_a_store_used_after_a_rollback_is_detected(
    process: Callable[[str], Checkpoints], client: redis.Redis, clock: Clock
) -> None:
    here, elsewhere = process("here"), process("elsewhere")
    here.make()
    before = Copy(client)
    here.make()
    before.restore(client)
    clock.now += 1
    elsewhere.make()
    elsewhere.make()

    with pytest.raises(RolledBackError, match="has a different one"):
        here.read_newest()


def test_an_emptied_store_is_detected(checkpoints: Checkpoints, client: redis.Redis) -> None:
    checkpoints.make()
    client.flushall()

    with pytest.raises(RolledBackError, match="has none"):
        checkpoints.read_newest()


@pytest.mark.parametrize("maker", ["here", "elsewhere"])
def test_a_rollback_is_detected_after_a_restart_also_of_checkpoints_of_other_processes(
    process: Callable[[str], Checkpoints], client: redis.Redis, maker: str
) -> None:
    here = process("here")
    process(maker).make()
    if maker != "here":
        here.read_newest()
    client.flushall()

    with pytest.raises(RolledBackError):
        process("here").read_newest()


def test_a_new_process_trusts_the_store(process: Callable[[str], Checkpoints]) -> None:
    process("elsewhere").make()

    newest = process("new").read_newest()
    assert newest is not None
    assert newest.checkpoint.epoch == 1


def test_an_archived_and_deleted_checkpoint_is_not_missed(
    process: Callable[[str], Checkpoints], client: redis.Redis
) -> None:
    here, elsewhere = process("here"), process("elsewhere")
    here.make()
    elsewhere.make()
    ask(client, "XDEL", named().checkpoints, "1-0")

    newest = here.read_newest()
    assert newest is not None
    assert newest.checkpoint.epoch == 2


def test_a_process_that_forgets_trusts_the_store(checkpoints: Checkpoints, client: redis.Redis) -> None:
    checkpoints.make()
    client.flushall()
    checkpoints.trust_store()

    assert checkpoints.read_newest() is None
    assert checkpoints.make().checkpoint.epoch == 1


@pytest.mark.parametrize("field", ["checkpoint", "signature"])
def test_a_checkpoint_of_other_keys_is_an_integrity_error(
    checkpoints: Checkpoints, client: redis.Redis, field: str
) -> None:
    made = checkpoints.make()
    fields = {"checkpoint": made.content.replace(b'"epoch":1', b'"epoch":9'), "signature": made.signature}
    fields[field] = fields[field][:-1] + bytes([fields[field][-1] ^ 1])
    ask(client, "XADD", named().checkpoints, "9-0", *(part for pair in fields.items() for part in pair))

    with pytest.raises(IntegrityError):
        checkpoints.read_newest()


def test_a_moved_checkpoint_is_an_integrity_error(checkpoints: Checkpoints, client: redis.Redis) -> None:
    made = checkpoints.make()
    client.xadd(named().checkpoints, {"checkpoint": made.content, "signature": made.signature}, id="2-0")

    with pytest.raises(IntegrityError):
        checkpoints.read_newest()


@pytest.mark.parametrize("fields", [["x", "y"], ["entry", "no json", "link", "x"], ["entry", "{}", "link", "x"]])
def test_an_invalid_stream_is_an_integrity_error(
    checkpoints: Checkpoints, client: redis.Redis, fields: list[str]
) -> None:
    ask(client, "SADD", named().writers(), "w")
    ask(client, "XADD", named().stream("w"), "1-0", *fields)

    with pytest.raises(IntegrityError):
        checkpoints.make()


def test_accepting_a_loss_makes_a_checkpoint_each_time(checkpoints: Checkpoints, client: redis.Redis) -> None:
    for _ in range(2):
        checkpoints.make((), despite_loss=True)

    assert epochs_in(client) == [1, 2]
