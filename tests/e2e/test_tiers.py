"""Tests the two tiers as processes, and what is in the memory of an intake host after the hour."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import redis

from keys.hour_keys import head_of, open_hour_key
from keys.keyring import Keyring
from keys.keyset import load
from keys.search import SearchKeys
from masking_service.service.vault.wrapped_keys import WrappedKeys
from masking_service.store.client import Store
from tests import programs
from tests.chaos.clock import Clock
from tests.e2e import memory
from tests.e2e.processes import Running, gone, wait_for
from tests.e2e.test_rotation import LATE
from tests.keys.reader import Block, frame, hkdf

pytestmark = pytest.mark.timeout(600)
HOUR = 3600
SECONDS_BEFORE = 20
WORKERS = 2
PATIENCE = 120.0
"""Seconds that a slow machine may take for what takes one of ours some."""
ENOUGH = 8
"""So many calls one after the other meet both workers."""
PHONES = [f"138{number:08}" for number in random.Random(11).sample(range(10**8), 40)]
NAMES = [f"欧阳{chr(0x5F20 + at)}娜{chr(0x4E00 + 7 * at)}" for at in range(40)]
NUMBERS = [f"YT77{at:011}" for at in range(40)]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="reading the memory of other processes needs root")


class TwoTiers:
    """A development service in two tiers, whose clock can be set."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(folder)
        self._turned = 0
        self._begin = int(time.time()) // HOUR * HOUR
        self.set_to(HOUR // 2)
        self.running = Running.serve(folder, "--dev", "--split", "--workers", str(WORKERS), **self.clock.service)
        wait_for((self.running.state / "tiers.json").exists, "tiers.json", PATIENCE)
        wait_for(lambda: len(self.pids("intake")) == 1 + WORKERS, "the workers", PATIENCE)
        wait_for(self.is_ready, "what opening publishes", PATIENCE)

    def set_to(self, second: int) -> None:
        """Set all clocks to a second, counted from the beginning of the hour in which this was made."""
        self.clock.set(self._begin + second - int(time.time()))

    def turn_the_hour(self) -> None:
        """Set all clocks to the beginning of the next hour, and wait until the workers of the last one have ended."""
        before = self.pids("intake")[1:]
        self._turned += 1
        self.set_to(self._turned * HOUR)
        self.wait_for_new_workers(before)
        wait_for(self.answers, "answers in the new hour", PATIENCE)

    def come_near_the_hour(self) -> None:
        """Set all clocks to some seconds before the next hour, when the processes know the store's clock.

        A clock that is set makes them refuse what is stored until they have asked the store for its own. Where that
        takes too long, the clocks are set back.
        """
        self._turned += 1
        for _ in range(5):
            self.set_to(self._turned * HOUR - SECONDS_BEFORE)
            until = time.monotonic() + SECONDS_BEFORE / 2
            while time.monotonic() < until:
                if self.answers() and time.monotonic() < until:
                    return
        raise AssertionError("the processes do not answer after the clocks were set")

    def wait_for_new_workers(self, before: list[int]) -> None:
        """Wait until the workers of the last hour have ended, and the others have begun."""
        wait_for(lambda: all(gone(pid) for pid in before), "the end of the workers of the hour", PATIENCE)
        wait_for(
            lambda: len(self.pids("intake")) == 1 + WORKERS and not {*before} & {*self.pids("intake")},
            "new workers",
            PATIENCE,
        )

    def is_ready(self) -> bool:
        """Whether each worker of intake is ready."""
        try:
            return all(self.status_of_readyz() == HTTPStatus.OK for _ in range(ENOUGH))
        except (OSError, http.client.HTTPException):
            return False

    def status_of_readyz(self) -> int:
        with closing(http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status

    def answers(self) -> bool:
        """Whether both tiers settle a number, which is known after the first time, again and again."""
        try:
            return all("tokens" in self.tokenize(PROBE)[0] for _ in range(ENOUGH))
        except (OSError, AssertionError, http.client.HTTPException):
            return False

    def pids(self, tier: str) -> list[int]:
        return memory.pids(self.running.state, tier)

    @property
    def url(self) -> str:
        found: str = json.loads((self.running.state / "tiers.json").read_bytes())["intake"]["url"]
        return found

    def tokenize(self, *records: Any) -> list[Any]:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        try:
            body = json.dumps({"profile": "label", "records": records})
            key = self.running.credentials["label-printer"]
            connection.request("POST", "/v1/tokenize", body, {"Authorization": f"Bearer {key}"})
            answered = connection.getresponse()
            content = json.loads(answered.read())
            assert answered.status == 200, content
            results: list[Any] = content["results"]
            return results
        finally:
            connection.close()

    @property
    def store_url(self) -> str:
        return (self.running.state / "valkey" / "url").read_text()


PROBE = {"waybill_no": "YT7600000000000", "recipient": {"phone": "13800000000"}}


def planted(at: int) -> dict[str, Any]:
    return {"waybill_no": NUMBERS[at], "recipient": {"name": NAMES[at], "phone": PHONES[at]}}


@pytest.fixture(scope="module")
def tiers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoTiers]:
    programs.needed("cc")
    started = TwoTiers(tmp_path_factory.mktemp("tiers"))
    yield started
    started.running.stop()


def hour_keys(tiers: TwoTiers) -> dict[bytes, bytes]:
    """Return the hour keys that the store holds, opened as the opening tier does, by id."""
    ring = Keyring(load(tiers.running.state / "keyset.json"))
    store = Store(tiers.store_url)
    store.trust()
    try:
        found = {}
        with redis.Redis.from_url(tiers.store_url) as client:
            for place in client.scan_iter("wm:{k:*"):
                key_id = _key_id(place)
                wrap = client.get(place) or b""
                head = head_of(wrap)
                [(stored, _)] = WrappedKeys(store, ring, os.urandom).get([head.day_key_id])
                assert stored is not None
                assert stored.wrapped is not None
                day_key = ring.open_data_key(stored.tenant, head.day_key_id, stored.wrapped).day_key
                host = ring.keyset.hosts[head.host].verifier
                open_hour_key(wrap, key_id, stored.tenant.encode(), host, day_key, 1)
                context = frame(b"hour-key", stored.tenant.encode(), key_id, wrap[:30])
                found[key_id] = day_key.unwrap(wrap[30:-64], context)
    finally:
        store.close()
    return found


def _key_id(place: bytes) -> bytes:
    return urlsafe_b64decode(place.removeprefix(b"wm:{k:").removesuffix(b"}") + b"=")


def sealed_records(tiers: TwoTiers) -> dict[bytes, bytes]:
    with redis.Redis.from_url(tiers.store_url) as client:
        return {place: client.get(place) or b"" for place in client.scan_iter("wm:{????????????????}0")}


def secrets_of(sealed: dict[bytes, bytes], keys: dict[bytes, bytes]) -> list[bytes]:
    """Return what would open records: hour keys, the keys that GCM-SIV derives of them; the ends of their schedules."""
    from cryptography.hazmat.primitives.ciphers import algorithms

    found = [*keys.values()]
    for value in [*sealed.values()][:5]:
        root, nonce = Block(algorithms.AES(keys[value[2:10]])), value[10:22]
        made = b"".join(root(at.to_bytes(4, "little") + nonce)[:8] for at in range(6))
        found += [made[:16], made[16:]]
    return [part for key in found for part in ([key] if len(key) == 16 else memory.schedules(key)[::7])]


@needs_root
def test_after_the_hour_no_intake_process_can_open_what_was_sealed_before(tiers: TwoTiers) -> None:
    results = tiers.tokenize(*map(planted, range(40)))
    assert all(result["created"] for result in results)
    sealed, keys = sealed_records(tiers), hour_keys(tiers)
    secrets = secrets_of(sealed, keys)
    before = memory.dumped(tiers.pids("intake"))

    tiers.turn_the_hour()
    after = memory.dumped(tiers.pids("intake"))

    # Within the hour the same look finds the key, or it would prove nothing.
    assert memory.found((key[:16] for key in keys.values()), before)
    assert [secrets.index(secret) for secret in memory.found(secrets, after)] == []
    plain = [text.encode() for text in (*PHONES, *NAMES)] + [json.dumps(name)[1:-1].encode() for name in NAMES]
    assert memory.found(plain, after) == set()


def test_a_worker_that_begins_with_the_hour_serves_and_known_numbers_are_settled(tiers: TwoTiers) -> None:
    first = tiers.tokenize(planted(0))[0]

    tiers.turn_the_hour()
    again = tiers.tokenize(planted(0))[0]

    assert (again["created"], again["tokens"]) == (False, first["tokens"])


def test_no_request_is_refused_while_workers_are_replaced(tiers: TwoTiers) -> None:
    stopped = threading.Event()
    failed: list[Exception] = []
    sent: list[str] = []
    logged = len(tiers.running.log)

    def send() -> None:
        while not stopped.is_set():
            try:
                number = f"YT78{len(sent):011}"
                [result] = tiers.tokenize({"waybill_no": number, "recipient": {"phone": "13800000000"}})
                assert result["created"]
                sent.append(number)
            except Exception as error:
                failed.append(error)

    before = tiers.pids("intake")[1:]
    tiers.come_near_the_hour()
    sender = threading.Thread(target=send)
    sender.start()
    try:
        tiers.wait_for_new_workers(before)
        answered = len(sent)
        wait_for(lambda: len(sent) >= answered + ENOUGH, "answers of the new workers", PATIENCE)
    finally:
        stopped.set()
        sender.join()

    # A store that is late on a busy machine refuses a call with any workers; the log tells that from their end.
    failures = [line for line in tiers.running.log[logged:].splitlines() if '"event":"failed"' in line]
    late = [line for line in failures if json.loads(line)["reason"] in LATE]
    assert (len(failed) <= len(late), answered > 0) == (True, True), (failed, failures)


def named_by(secret: bytes) -> bytes:
    """Return the name of a part of a search index, by a keyset secret."""
    key = hkdf("sha256", secret, frame(b"waybill-masking/1", b"search", b"default"), 32)
    return SearchKeys(key).period_tag(b"phone", b"\0\1")


def test_nothing_on_an_intake_host_confirms_a_phone(tiers: TwoTiers) -> None:
    """No secret of the host's keyset, nor one derived from it, names an index of the store."""
    tiers.tokenize(planted(1))
    keyset = load(tiers.running.state / "intake" / "keyset.json")
    whole = load(tiers.running.state / "keyset.json")

    theirs = {named_by(secret) for secret in keyset.secrets.values()}
    [right] = {named_by(secret) for (use, _), secret in whole.secrets.items() if use == "search"}

    assert right not in theirs
    assert not set(keyset.secrets.values()) & {
        secret for (use, _), secret in whole.secrets.items() if use in ("state", "search", "audit", "publication")
    }


def test_a_worker_that_is_killed_is_replaced(tiers: TwoTiers) -> None:
    [_, worker, *_] = tiers.pids("intake")

    os.kill(worker, signal.SIGKILL)

    wait_for(lambda: worker not in tiers.pids("intake") and len(tiers.pids("intake")) > 1, "another worker", PATIENCE)
    wait_for(tiers.answers, "answers", PATIENCE)


@needs_root
@pytest.mark.proof
@pytest.mark.timeout(2 * 3600)
def test_no_window_of_32_bytes_in_the_memory_or_files_of_the_host_opens_a_record(tiers: TwoTiers) -> None:
    tiers.tokenize(*map(planted, range(3, 40)))
    sealed = sealed_records(tiers)
    tiers.turn_the_hour()
    contents = memory.dumped(tiers.pids("intake"))
    files = [path.read_bytes() for path in (tiers.running.state / "intake").rglob("*") if path.is_file()]
    place, value = next(iter(sealed.items()))

    tried = memory.windows([*contents, *files], 1)

    assert len(tried) > 100_000
    assert [key for key in tried if memory.opens(key, b"default", place, value)] == []
