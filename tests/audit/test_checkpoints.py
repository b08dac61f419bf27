"""Tests checkpoints and the detection of rollbacks."""

import hashlib
import json
import shlex
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from keys.errors import IntegrityError, KeysetError
from keys.signatures import Verifier
from masking_service.audit.checkpoints import EVERY_SECONDS, Checkpoints
from masking_service.audit.entries import checkpoint_message, encode
from masking_service.audit.errors import CheckpointsBlockedError, RolledBackError
from masking_service.audit.heads import LISTED_SECONDS
from masking_service.audit.lines import Checkpoint, CheckpointLine, read_line
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests import servers
from tests.audit.logs import entry, log_on, number_of, stream, writer_of, writers
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import NOW, LossyWire, ask, counted, named
from tests.together import in_threads

pytestmark = pytest.mark.usefixtures("spread")

SIGNER = known_keyring().audit_signer
VERIFIER = Verifier(SIGNER.public_pem())
VECTOR: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "checkpoint.json").read_text("utf-8"))


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(store: Store, tmp_path: Path, clock: Clock) -> Callable[[str], Checkpoints]:
    """Makes processes with their own state directories."""

    def make(name: str = "") -> Checkpoints:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return Checkpoints(store, SIGNER, folder, clock)

    return make


@pytest.fixture
def checkpoints(process: Callable[..., Checkpoints]) -> Checkpoints:
    return process()


def heads(made: CheckpointLine | None) -> list[tuple[str, int, str]]:
    assert made is not None
    return [(head.writer, head.number, head.link) for head in made.checkpoint.heads]


def kept(client: redis.Redis) -> list[int]:
    """The epochs in the store."""
    return [int(name.removesuffix(b"-0")) for name, _ in ask(client, "XRANGE", named().checkpoints, "-", "+")]


def test_the_checkpoint_of_the_vector_has_exactly_these_bytes_and_this_signature() -> None:
    content = encode(msgspec.json.decode(VECTOR["checkpoint"], type=Checkpoint))
    line = CheckpointLine(msgspec.json.decode(content, type=Checkpoint), content, bytes.fromhex(VECTOR["signature"]))

    assert (content.decode(), line.link.hex()) == (VECTOR["checkpoint"], VECTOR["link"])
    assert SIGNER.sign(checkpoint_message(line.link)) == line.signature


def test_an_independent_verifier_finds_the_same_link_and_message() -> None:
    def framed(*parts: bytes) -> bytes:
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    link = hashlib.sha256(framed(b"audit-checkpoint/1", VECTOR["checkpoint"].encode())).digest()
    assert link.hex() == VECTOR["link"]
    Verifier(VECTOR["public_key"].encode()).verify(
        bytes.fromhex(VECTOR["signature"]), framed(b"audit-checkpoint/1", link)
    )


def test_a_checkpoint_names_the_newest_entry_of_every_writer(
    store: Store, client: redis.Redis, checkpoints: Checkpoints
) -> None:
    for name in ("one", "two", "three"):
        log = log_on(store, name)
        log.append(entry(at=NOW))
        log.append(entry(at=NOW))

    made = checkpoints.make()

    newest = {writer: stream(client, writer)[-1] for writer in writers(client)}
    assert heads(made) == sorted((writer, one.number, one.link.hex()) for writer, one in newest.items())
    assert len(newest) == 3


def test_a_checkpoint_is_signed_and_stored_at_its_epoch(client: redis.Redis, checkpoints: Checkpoints) -> None:
    made = checkpoints.make()

    VERIFIER.verify(made.signature, checkpoint_message(made.link))
    ((name, flat),) = ask(client, "XRANGE", named().checkpoints, "-", "+")
    fields = flat if isinstance(flat, dict) else dict(zip(flat[0::2], flat[1::2], strict=True))
    assert (name, fields) == (b"1-0", {b"checkpoint": made.content, b"signature": made.signature})


def test_every_checkpoint_is_bound_to_the_one_before(checkpoints: Checkpoints, clock: Clock) -> None:
    first = checkpoints.make()
    clock.now += 7
    second = checkpoints.make()

    assert (first.checkpoint.epoch, first.checkpoint.previous, first.checkpoint.at) == (1, "0" * 64, NOW)
    assert (second.checkpoint.epoch, second.checkpoint.previous, second.checkpoint.at) == (
        2,
        first.link.hex(),
        NOW + 7,
    )


def test_processes_that_make_them_at_once_make_one_chain(
    process: Callable[[str], Checkpoints], client: redis.Redis
) -> None:
    made: list[CheckpointLine] = []

    def make(number: int) -> None:
        mine = process(str(number))
        for _ in range(5):
            made.append(mine.make())

    in_threads(4, make)

    links = {one.checkpoint.epoch: one.link.hex() for one in made}
    assert sorted(links) == kept(client) == [*range(1, len(links) + 1)]
    assert len({(one.checkpoint.epoch, one.link) for one in made}) == len(links)  # two may make the very same one
    assert all(one.checkpoint.previous == links.get(one.checkpoint.epoch - 1, "0" * 64) for one in made)


@pytest.mark.parametrize(
    ("meanwhile", "epoch"),
    [
        pytest.param(lambda client, other: other.make(), 3, id="another process was first"),
        pytest.param(
            lambda client, other: client.xdel(named().checkpoints, "1-0"), 1, id="the one before was taken out"
        ),
    ],
)
def test_a_checkpoint_is_stored_only_after_its_predecessor(
    process: Callable[[str], Checkpoints],
    client: redis.Redis,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[redis.Redis, Checkpoints], object],
    epoch: int,
) -> None:
    process("first").make()
    mine, other = process("mine"), process("other")
    script, happening = Store.script, [meanwhile]

    def between(*args: Any) -> Any:
        if happening:
            clock.now += 1
            happening.pop()(client, other)
        return script(*args)

    monkeypatch.setattr(Store, "script", between)
    if epoch == 1:
        with pytest.raises(RolledBackError):
            mine.make()
        assert kept(client) == []
    else:
        made = mine.make()
        assert (made.checkpoint.epoch, kept(client)) == (epoch, [1, 2, 3])


def test_a_checkpoint_names_all_acknowledged_entries(store: Store, process: Callable[[str], Checkpoints]) -> None:
    """Others make checkpoints and entries all the while."""
    stop = threading.Event()
    log, mine, other = log_on(store), process("mine"), process("other")

    def disturb() -> None:
        while not stop.is_set():
            other.make()

    thread = threading.Thread(target=disturb)
    thread.start()
    numbers = [(number_of(log.append(entry(at=NOW + at))), heads(mine.make())[0][1]) for at in range(30)]
    stop.set()
    thread.join()

    assert all(appended <= named for appended, named in numbers)


def test_a_checkpoint_whose_reply_was_lost_is_made_once(
    valkey: str, client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = LossyWire(valkey)
    checkpoints = Checkpoints(stores.admitted(wire.url), SIGNER, tmp_path, lambda: NOW)
    checkpoints.make()
    script = Store.script

    def losing(*args: Any) -> Any:
        wire.lose(1)
        return script(*args)

    monkeypatch.setattr(Store, "script", losing)
    made = checkpoints.make()
    wire.close()

    assert (wire.lost, made.checkpoint.epoch, kept(client)) == (1, 2, [1, 2])


def test_a_log_in_which_no_head_has_moved_has_its_newest_checkpoint(
    store: Store, checkpoints: Checkpoints, client: redis.Redis
) -> None:
    log_on(store).append(entry(at=NOW))
    first, again = checkpoints.newest(), checkpoints.newest()

    assert (first.link, kept(client)) == (again.link, [1])


def test_a_new_entry_needs_a_new_checkpoint(store: Store, checkpoints: Checkpoints) -> None:
    log = log_on(store)
    log.append(entry(at=NOW))
    checkpoints.newest()
    number = number_of(log.append(entry(at=NOW)))

    made = checkpoints.newest()

    assert (made.checkpoint.epoch, heads(made)[0][1]) == (2, number)


def test_a_writer_that_leaves_the_list_moves_no_head(store: Store, checkpoints: Checkpoints) -> None:
    log = log_on(store)
    log.append(entry(at=NOW))
    log.close()
    first = checkpoints.newest()

    assert checkpoints.newest().link == first.link


def test_a_checkpoint_takes_three_round_trips_and_one_more_for_several_slots(
    store: Store, checkpoints: Checkpoints
) -> None:
    log_on(store).append(entry(at=NOW))
    checkpoints.make()
    with counted(store) as looking:
        checkpoints.read_newest()
    with counted(store) as making:
        checkpoints.make()
    with counted(store) as reusing:
        checkpoints.newest()

    more = int(named().slots > 1)
    assert (looking, making, reusing) == ([1], [3 + more], [2 + more])


def test_a_writer_that_closed_is_named_once_more_and_leaves_the_list(
    store: Store, client: redis.Redis, checkpoints: Checkpoints
) -> None:
    log = log_on(store)
    writer = writer_of(log.append(entry(at=NOW)))
    log.close()

    first, second = checkpoints.make(), checkpoints.make()

    assert ([number for _, number, _ in heads(first)], heads(second), writers(client)) == ([3], [], set())
    assert len(stream(client, writer)) == 3


def test_a_writer_that_rested_for_a_day_is_named_once_more_and_leaves_the_list(
    store: Store, client: redis.Redis, checkpoints: Checkpoints, clock: Clock
) -> None:
    log_on(store).append(entry(at=NOW))
    clock.now += LISTED_SECONDS
    kept_on = (len(heads(checkpoints.make())), len(writers(client)))
    clock.now += 1

    assert kept_on == (1, 1)
    assert (len(heads(checkpoints.make())), heads(checkpoints.make()), writers(client)) == (1, [], set())


def test_a_writer_that_writes_again_while_it_is_taken_off_stays_on_the_list(
    store: Store, client: redis.Redis, checkpoints: Checkpoints, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_on(store)
    log.append(entry(at=NOW))
    clock.now += 2 * LISTED_SECONDS
    script, entries = Store.script, [entry(at=NOW)]

    def between(*args: Any) -> Any:
        if entries:
            log.append(entries.pop())
        return script(*args)

    monkeypatch.setattr(Store, "script", between)
    checkpoints.make()

    assert (entries, len(writers(client))) == ([], 1)


def test_a_name_on_the_list_without_entries_leaves_it(client: redis.Redis, checkpoints: Checkpoints) -> None:
    ask(client, "SADD", named().writers(named().slot_of("unknown")), "unknown")

    assert (heads(checkpoints.make()), writers(client)) == ([], set())


@pytest.mark.parametrize(
    ("seconds", "epochs"),
    [(0, [1]), (EVERY_SECONDS - 1, [1]), (EVERY_SECONDS, [1, 2]), (-EVERY_SECONDS, [1])],
    ids=["at once", "before its time", "in time", "by a clock that went back"],
)
def test_a_checkpoint_is_made_when_the_newest_is_old(
    checkpoints: Checkpoints, client: redis.Redis, clock: Clock, seconds: int, epochs: list[int]
) -> None:
    checkpoints.make_if_due()
    clock.now += seconds
    checkpoints.make_if_due()

    assert kept(client) == epochs


def test_checkpoints_are_at_most_a_minute_apart(checkpoints: Checkpoints, clock: Clock) -> None:
    times = []
    for _ in range(300):
        checkpoints.make_if_due()
        clock.now += 1
        newest = checkpoints.read_newest()
        assert newest is not None
        times.append(newest.checkpoint.at)

    assert max(later - earlier for earlier, later in pairwise(times)) <= 60
    assert len(set(times)) == 6


def test_two_hosts_whose_clocks_are_far_apart_do_not_answer_each_checkpoint_with_another(
    store: Store, client: redis.Redis, clock: Clock, tmp_path: Path
) -> None:
    def host(ahead: int) -> Checkpoints:
        folder = tmp_path / str(ahead)
        folder.mkdir()
        return Checkpoints(store, SIGNER, folder, lambda: clock.now + ahead)

    hosts = [host(ahead) for ahead in (0, EVERY_SECONDS + 5)]
    for _ in range(2 * EVERY_SECONDS):
        for one in hosts:
            one.make_if_due()
        clock.now += 1

    assert len(kept(client)) <= 6


def test_a_checkpoint_from_the_future_is_followed_after_the_interval(
    checkpoints: Checkpoints, client: redis.Redis, clock: Clock
) -> None:
    clock.now += 86_400
    checkpoints.make_if_due()
    clock.now -= 86_400
    checkpoints.make_if_due()
    clock.now += EVERY_SECONDS
    checkpoints.make_if_due()

    assert kept(client) == [1, 2]


def test_making_a_due_checkpoint_does_not_wait_for_another_thread(
    checkpoints: Checkpoints, client: redis.Redis
) -> None:
    with checkpoints._lock:
        keeping = threading.Thread(target=checkpoints.make_if_due, daemon=True)
        keeping.start()
        keeping.join(10)
        waits = keeping.is_alive()

    assert (waits, kept(client)) == (False, [])


def test_several_processes_make_one_due_checkpoint(
    process: Callable[[str], Checkpoints], client: redis.Redis, clock: Clock
) -> None:
    for _ in range(2):
        for name in ("one", "two", "three"):
            process(name).make_if_due()
        clock.now += EVERY_SECONDS

    assert kept(client) == [1, 2]


def copy_of(client: redis.Redis) -> dict[bytes, bytes]:
    return {key: ask(client, "DUMP", key) for key in ask(client, "KEYS", "*")}


def restore(client: redis.Redis, copy: dict[bytes, bytes]) -> None:
    client.flushall()
    for key, dumped in copy.items():
        ask(client, "RESTORE", key, 0, dumped)


def test_a_rolled_back_store_is_detected(checkpoints: Checkpoints, client: redis.Redis) -> None:
    checkpoints.make()
    before = copy_of(client)
    checkpoints.make()
    restore(client, before)

    with pytest.raises(RolledBackError, match="ends at 1: it was rolled back") as fault:
        checkpoints.read_newest()
    assert "audit accept-store" in str(fault.value)
    with pytest.raises(RolledBackError):
        checkpoints.make()
    assert kept(client) == [1]


def test_a_store_used_after_a_rollback_is_detected(
    process: Callable[[str], Checkpoints], client: redis.Redis, clock: Clock
) -> None:
    here, elsewhere = process("here"), process("elsewhere")
    here.make()
    before = copy_of(client)
    here.make()
    restore(client, before)
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


def test_a_rollback_is_detected_after_a_restart(process: Callable[[str], Checkpoints], client: redis.Redis) -> None:
    process("here").make()
    client.flushall()

    with pytest.raises(RolledBackError):
        process("here").read_newest()


def test_checkpoints_of_other_processes_are_saved(process: Callable[[str], Checkpoints], client: redis.Redis) -> None:
    here = process("here")
    process("elsewhere").make()
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


@pytest.mark.parametrize(
    "cut",
    [
        lambda client, stream: client.xdel(stream, "3-0"),
        lambda client, stream: client.delete(stream),
        lambda client, stream: (client.xdel(stream, "3-0"), client.delete(stream + b"x")),
    ],
    ids=["its newest entry", "its stream", "with something beside"],
)
def test_no_checkpoint_is_made_of_a_writer_that_lost_entries(
    store: Store,
    client: redis.Redis,
    checkpoints: Checkpoints,
    clock: Clock,
    cut: Callable[[redis.Redis, bytes], object],
) -> None:
    log = log_on(store)
    log.append(entry(at=NOW))
    writer = writer_of(log.append(entry(at=NOW)))
    checkpoints.make()
    cut(client, named().stream(writer))

    clock.now += EVERY_SECONDS
    for make in (checkpoints.make, checkpoints.newest, checkpoints.make_if_due):
        with pytest.raises(RolledBackError, match="lost entries that checkpoint 1 covers"):
            make()
    assert kept(client) == [1]


def test_a_writer_whose_newest_entry_was_exchanged_is_not_signed(
    store: Store, client: redis.Redis, checkpoints: Checkpoints
) -> None:
    writer = writer_of(log_on(store).append(entry(at=NOW)))
    checkpoints.make()
    ask(client, "DEL", named().stream(writer))
    ask(client, "XADD", named().stream(writer), "2-0", "entry", encode(entry(at=2)), "link", bytes(32))

    with pytest.raises(RolledBackError):
        checkpoints.make()


def test_what_was_archived_and_taken_out_during_a_long_stop_is_not_missed(
    store: Store, client: redis.Redis, checkpoints: Checkpoints, clock: Clock
) -> None:
    writer = writer_of(log_on(store).append(entry(at=NOW)))
    checkpoints.make()
    ask(client, "XTRIM", named().stream(writer), "MAXLEN", 0)
    clock.now += 40 * LISTED_SECONDS

    assert (heads(checkpoints.make()), writers(client)) == ([], set())


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


def raise_the_last_id(client: redis.Redis) -> None:
    """Block checkpoints, as a writer to the store can."""
    ask(client, "XADD", named().checkpoints, "999999999999-0", "checkpoint", "x")
    ask(client, "XDEL", named().checkpoints, "999999999999-0")


def test_a_raised_last_id_is_an_integrity_error(checkpoints: Checkpoints, client: redis.Redis) -> None:
    checkpoints.make()
    raise_the_last_id(client)

    with pytest.raises(
        CheckpointsBlockedError, match="the stream of checkpoints accepts none after 1, because its last id was raised"
    ):
        checkpoints.make()


def documented() -> list[str]:
    """The command of docs/redis.md, as its words."""
    text = (Path(__file__).parents[2] / "docs" / "redis.md").read_text("utf-8")
    command = next(line for line in text.splitlines() if line.startswith("redis-cli EVAL"))
    return shlex.split(command.replace("wm:{audit}checkpoints", named().checkpoints.decode()))[1:]


def test_the_documented_command_resets_the_last_id(checkpoints: Checkpoints, client: redis.Redis, clock: Clock) -> None:
    first = checkpoints.make()
    raise_the_last_id(client)
    clock.now += EVERY_SECONDS
    with pytest.raises(CheckpointsBlockedError) as fault:
        checkpoints.make_if_due()
    said = checkpoints.fault

    ask(client, *documented())
    checkpoints.make_if_due()

    assert (said, checkpoints.fault, kept(client)) == (str(fault.value), "", [1, 2])
    assert next(Streams(checkpoints._store).checkpoints()) == first


def test_the_last_id_is_reset_before_the_first_checkpoint(checkpoints: Checkpoints, client: redis.Redis) -> None:
    raise_the_last_id(client)
    with pytest.raises(CheckpointsBlockedError):
        checkpoints.make()

    ask(client, *documented())

    assert checkpoints.make().checkpoint.epoch == 1
