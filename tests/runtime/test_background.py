"""Beside answering, a process looks who may still call and whose store this is, and nothing that it meets ends that."""

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from keys import keyset
from keys.development_issuer import new_private_pem
from keys.errors import IntegrityError, KeysetError
from keys.files import write_secret_file
from keys.rotation import distribute
from masking_service.audit import checkpoints
from masking_service.audit.errors import RolledBackError
from masking_service.http.app import create_app
from masking_service.observability.logs import logger_to
from masking_service.rotation import keyset_watch as watch
from masking_service.runtime import background
from masking_service.runtime.background import Background, reporter
from masking_service.runtime.settings import Settings
from masking_service.runtime.store_admission import admit_store, watch_store
from masking_service.runtime.wiring import Parts, assemble
from masking_service.service.freezes.state import Freeze
from masking_service.service.people.clients import ApiKey, Clients, key_text
from masking_service.service.people.errors import Frozen
from masking_service.service.people.principals import Principal
from masking_service.service.phone_calls.line import DEVELOPMENT_KEY
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.layout import ONE_SLOT
from tests.servers import Group, wait_until
from tests.store import stores
from tests.store.stores import ask

Told = list[Exception]


@pytest.fixture
def parts(valkey: str, tmp_path: Path) -> Parts:
    """A process put together on an empty store, which it has not looked at yet."""
    keyset.create(tmp_path / "keyset.json", made_for="development", today="2026-11-24")
    (tmp_path / "dev-issuer.pem").write_bytes(new_private_pem())
    write_secret_file(tmp_path / DEVELOPMENT_KEY, b"00" * 32 + b"\n", replace=False)
    settings = Settings.read({"MASKING_STATE_DIR": str(tmp_path)}, development=True)
    return assemble(replace(settings, redis_url=valkey))


@pytest.fixture
def told(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """What the process's background threads report, which look at everything again and again."""
    monkeypatch.setattr(background, "EVERY_SECONDS", 0.01)
    reports: Told = []
    beside = Background(parts, reports.append)
    beside.start()
    yield reports
    beside.stop()


def wait_for(met: Callable[[], bool]) -> None:
    wait_until(met, "the background threads have done it", 2.0)


def elsewhere(parts: Parts) -> Parts:
    """Another process on the same store."""
    other = assemble(parts.settings)
    admit_store(other)
    return other


def add_printer(parts: Parts, digest: bytes | None = None) -> None:
    key = ApiKey.new(digest or os.urandom(32), 0)
    stores.change(parts.registry, lambda known: known.add("printer", "label-printer", key))


def roll_back(client: redis.Redis) -> object:
    """Bring the checkpoints of the audit log back to none, as a backup from before the first one would."""
    return client.delete(ONE_SLOT.checkpoints)


@pytest.mark.parametrize(
    ("harm", "fault", "said"),
    [
        pytest.param(redis.Redis.flushall, WrongStore, "", id="emptied"),
        pytest.param(roll_back, RolledBackError, "checkpoint 1 of the audit log was seen before", id="rolled back"),
    ],
)
def test_a_store_that_is_harmed_under_a_running_process_is_shut_for_good(
    parts: Parts, client: redis.Redis, harm: Callable[[redis.Redis], object], fault: type[Exception], said: str
) -> None:
    watch_store(parts)
    harm(client)

    with pytest.raises(fault):
        watch_store(parts)

    parts.store.trust()
    with pytest.raises(StoreUnavailable):
        parts.store.read([(b"PING",)])
    assert said in parts.store.identity.shut


def test_a_shard_that_is_emptied_under_a_running_process_is_noticed(
    parts: Parts, make_cluster: Callable[..., Group]
) -> None:
    """Its server was not restarted, and it holds none of the keys that are read every second."""
    group = make_cluster(3)
    running = assemble(replace(parts.settings, redis_url=group.url))
    watch_store(running)
    (shard,) = {node.port for node in group.primaries} - {
        ask(group.primaries[0].client, "CLUSTER", "SLOTS")[at][2][1] for at in (0, 2)
    }
    ask(next(node.client for node in group.primaries if node.port == shard), "FLUSHALL")

    with pytest.raises(WrongStore, match="lost its mark"):
        watch_store(running)


def test_the_thread_survives_an_unexpected_error(parts: Parts, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def surprising() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(parts.registry, "refresh", surprising)
    wait_for(lambda: len(told) > 1)
    monkeypatch.undo()
    add_printer(parts)

    assert ZeroDivisionError in {type(fault) for fault in told}
    assert [client.id for client in parts.registry.clients] == ["printer"]


def test_when_the_threads_end_no_server_counts_as_unknown(parts: Parts) -> None:
    """Else the last checkpoint of a process could not be made: it is written to the servers that were read."""
    beside = Background(parts, lambda _: None)
    beside.start()
    beside.stop()

    assert not parts.store.identity.unknown.is_set()


def test_a_change_of_clients_by_another_process_is_known_here(parts: Parts, told: Told) -> None:
    add_printer(elsewhere(parts))

    wait_for(lambda: len(parts.registry.clients) == 1)
    assert isinstance(parts.registry.clients, Clients)


def test_a_process_that_could_not_learn_lately_is_not_ready_until_it_has(
    parts: Parts, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store answers again, and what is known has not expired yet: without this, it would expire after that."""
    ready = create_app(parts).test_client()

    def away() -> None:
        raise StoreUnavailable("timeout")

    monkeypatch.setattr(parts.registry, "refresh", away)
    wait_for(lambda: ready.get("/readyz").status_code == 503)
    admitted = parts.store.admitted
    monkeypatch.undo()
    wait_for(lambda: ready.get("/readyz").status_code == 200)

    assert admitted


def test_what_the_store_did_not_answer_is_asked_again_soon(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds later, what is known could have expired although the store has answered again."""
    monkeypatch.setattr(background, "SOON_SECONDS", 0.01)
    monkeypatch.setattr(background, "EVERY_SECONDS", 600)
    beside = Background(parts, lambda _: None)
    asked: list[None] = []

    def away() -> None:
        asked.append(None)
        raise StoreUnavailable("timeout")

    monkeypatch.setattr(parts.registry, "refresh", away)
    waited: list[float] = []
    thread = threading.Thread(target=beside._run, args=(waited.append, (beside._learn,)))
    thread.start()
    wait_for(lambda: len(asked) > 2)
    beside._stop.set()
    thread.join()

    assert len(waited) == 1


def test_refused_calls_that_were_counted_are_recorded(
    parts: Parts, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[int] = []
    monkeypatch.setattr(parts.denials, "flush", lambda *, everything: recorded.append(everything))

    wait_for(lambda: len(recorded) > 1)
    assert set(recorded) == {False}


def test_a_keyset_that_opens_slowly_holds_up_no_revocation_and_is_taken_over_at_last(
    parts: Parts, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, answered = threading.Event(), threading.Event()

    def slow(path: Path, content: bytes) -> object:
        opening.set()
        answered.wait(10)
        return keyset.decode(path, content)

    monkeypatch.setattr(watch, "decode", slow)
    try:
        distribute(parts.settings.keyset, "token", "2026-11-25")
        assert opening.wait(2)
        add_printer(elsewhere(parts))

        wait_for(lambda: len(parts.registry.clients) == 1)
        assert parts.keyring.keyset.serial == 0
    finally:
        answered.set()
    wait_for(lambda: parts.keyring.keyset.serial == 1)


def test_a_keyset_that_cannot_be_used_is_reported(parts: Parts, told: Told) -> None:
    parts.settings.keyset.write_bytes(b"{")

    wait_for(lambda: any(isinstance(fault, KeysetError) for fault in told))


def test_a_process_keeps_the_log_under_checkpoints(parts: Parts, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0)

    wait_for(lambda: parts.checkpoints.newest_seen is not None and parts.checkpoints.newest_seen.checkpoint.epoch > 2)


def test_a_process_that_starts_on_a_store_that_went_back_masks_and_is_not_ready(
    parts: Parts, client: redis.Redis
) -> None:
    watch_store(parts)
    key = os.urandom(32)
    add_printer(parts, parts.keyring.api_key_digest(key, 0))
    roll_back(client)
    told: Told = []
    restarted = assemble(parts.settings)
    beside = Background(restarted, told.append)
    beside.start()
    beside.stop()

    http = create_app(restarted).test_client()
    bearer = {"Authorization": f"Bearer {key_text(key)}"}
    ready = http.get("/readyz")
    assert isinstance(told[0], RolledBackError)
    batch = {"records": [{"waybill_no": "SF1234567890", "sender": {"name": "张三"}}]}
    assert http.post("/v1/mask", json=batch, headers=bearer).status_code == 200
    assert http.post("/v1/tokenize", json=batch, headers=bearer).status_code == 503
    assert (ready.status_code, [fault["check"] for fault in ready.get_json()["faults"]]) == (503, ["store"])
    assert "audit accept-store" in ready.get_json()["faults"][0]["reason"]
    assert http.get("/readyz?for=mask").status_code == 200


def test_an_unsigned_checkpoint_is_reported_and_stops_nothing(parts: Parts, client: redis.Redis) -> None:
    watch_store(parts)
    client.xadd(ONE_SLOT.checkpoints, {"checkpoint": "{}", "signature": "x"}, id="9-0")

    for _ in range(2):
        with pytest.raises(IntegrityError):
            watch_store(parts)
    assert (parts.store.admitted, parts.store.identity.shut) == (True, "")


def test_a_log_that_takes_no_checkpoint_is_not_ready_and_alerts(
    parts: Parts, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch_store(parts)
    client.xadd(ONE_SLOT.checkpoints, {"checkpoint": "x"}, id="999999-0")
    client.xdel(ONE_SLOT.checkpoints, "999999-0")
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0)
    told: list[str] = []
    parts.alerts.send_to(lambda alert: told.append(alert.kind))
    report = reporter(parts.alerts)

    try:
        watch_store(parts)
    except IntegrityError as fault:
        report(fault)

    ready = create_app(parts).test_client().get("/readyz")
    check = ready.get_json()["faults"][-1]
    assert (ready.status_code, check["check"], told) == (503, "checkpoints", ["integrity"])
    assert "because its last id was raised" in check["reason"]


def test_the_reason_of_a_failed_tls_connection_is_logged(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr("masking_service.runtime.background.log", logger_to(written))
    reporter(parts.alerts)(StoreUnavailable("tls", detail="certificate has expired"))

    assert b'"reason":"tls: certificate has expired"' in written.getvalue()


def test_an_unreadable_registry_does_not_prevent_freezing(parts: Parts, told: Told, client: redis.Redis) -> None:
    other = elsewhere(parts)
    client.hset("wm:clients", "7", b"no registry")
    thief = Principal("client/thief", "default", (), frozenset(), "key")
    stores.freeze(other.freezes, "default", Freeze(id=thief.id, since=1, why="by hand", by="client/supervisor"))

    def refused() -> bool:
        try:
            parts.freezes.refuse(thief)
        except Frozen:
            return True
        return False

    wait_for(refused)


def test_an_admission_lasts_no_longer_than_its_lease(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    admit_store(parts)
    assert parts.store.admitted

    monkeypatch.setattr("masking_service.store.client.monotonic", lambda: time.monotonic() + 3_600)

    assert not parts.store.admitted


def test_a_watched_store_is_lost_with_its_lease_and_won_back_with_the_next(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch_store(parts)
    real, asleep = time.monotonic, watch.LEASE_SECONDS + 1.0
    for place in ("time.monotonic", "masking_service.store.client.monotonic"):
        monkeypatch.setattr(place, lambda: real() + asleep)

    with pytest.raises(StoreUnavailable, match="not-admitted"):
        parts.store.read([(b"PING",)])
    watch_store(parts)
    assert parts.store.read([(b"PING",)]) == [b"PONG"]
