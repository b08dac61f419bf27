"""`examples/kafka`: on librdkafka's mock cluster, because no broker can be had here.

The mock keeps no position of a transaction, and does not hide the messages of one that was aborted. So what a crash
leaves is tested by the order of calls.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from examples.kafka import mask_topic
from masking_service import mask
from tests.arrow.batches import CORPUS
from tests.e2e.processes import ROOT

COUNT, PARTITIONS = 1_200, 4


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    """A mock cluster of one broker with both topics."""
    quiet = logging.getLogger("quiet")
    quiet.setLevel(logging.CRITICAL)
    owner = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1}, logger=quiet)
    address = ",".join(f"{each.host}:{each.port}" for each in owner.list_topics(timeout=10).brokers.values())
    for topic in ("orders", "masked"):  # the mock makes what it is asked about
        assert len(owner.list_topics(topic, timeout=10).topics[topic].partitions) == PARTITIONS
    for at in range(COUNT):
        owner.produce("orders", json.dumps(record(at)).encode(), key=b"13812345678", partition=at % PARTITIONS)
    owner.produce("orders", b"no JSON", partition=0)
    assert owner.flush(30) == 0
    yield address
    owner.purge()  # it is the cluster, so it has to live until here


def record(at: int) -> dict[str, Any]:
    return {"waybill_no": f"SF{10**9 + at}", "recipient": {"name": "张三", "phone": f"138{at:08d}"}}


def masked_topic(brokers: str, source: str, target: str, count: int) -> tuple[list[Message], str]:
    """The messages of the target once there are so many, and what the program said at its end."""
    words = [sys.executable, "-m", "examples.kafka.mask_topic", brokers, source, target]
    running = subprocess.Popen(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)
    reader = Consumer(
        {"bootstrap.servers": brokers, "group.id": f"reader of {target}", "auto.offset.reset": "earliest"}
    )
    reader.subscribe([target])
    found: list[Message] = []
    deadline = time.monotonic() + 60
    while len(found) < count and time.monotonic() < deadline:
        found += [one for one in reader.consume(500, 0.2) if one.error() is None]
    running.send_signal(signal.SIGTERM)
    said = running.communicate(timeout=60)[1].decode()
    found += [one for one in reader.consume(500, 1) if one.error() is None]
    reader.close()
    assert running.returncode == 0, said
    return found, said


def test_every_message_is_masked_once_and_its_key_is_not_copied(brokers: str) -> None:
    found, said = masked_topic(brokers, "orders", "masked", COUNT + 1)
    values = [json.loads(one.value() or b"") for one in found]
    failed = [value for value in values if "error" in value]
    whole = sorted((value for value in values if "error" not in value), key=lambda value: value["waybill_no"])
    assert f"{COUNT + 1} messages masked" in said
    assert failed == [{"error": ["invalid-type"]}]
    assert whole == [
        {"waybill_no": f"SF{10**9 + at}", "recipient": {"name": "张*", "phone": f"*******{at:04d}"}}
        for at in range(COUNT)
    ]
    assert {one.key() for one in found} == {None}
    assert {one.partition() for one in found} == set(range(PARTITIONS))


def test_every_record_of_the_corpus_is_masked_as_by_the_library(brokers: str) -> None:
    records = [rows.to_pylist()[0] for schema, rows in CORPUS.values() if schema == "standard"]
    owner = Producer({"bootstrap.servers": brokers})
    for topic in ("corpus", "masked-corpus"):
        owner.list_topics(topic, timeout=10)
    for one in records:
        owner.produce("corpus", json.dumps(one).encode(), partition=0)
    assert owner.flush(30) == 0

    found, _ = masked_topic(brokers, "corpus", "masked-corpus", len(records))

    expected = [one.record for one in mask(records, schema="standard")]
    assert [json.loads(one.value() or b"") for one in found] == expected
    assert None not in expected


class Recording:
    """In place of both clients: notes what is called, and fails where it is told to."""

    def __init__(self, fails: str = "") -> None:
        self.calls: list[str] = []
        self._fails = fails

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> Any:
            self.calls.append(name)
            if name == self._fails:
                raise KafkaException(KafkaError(KafkaError._STATE))
            return [OneRecord()] if name == "consume" else None

        return call


class OneRecord:
    """A message of one record."""

    def error(self) -> None:
        return None

    def value(self) -> bytes:
        return json.dumps(record(1)).encode()

    def partition(self) -> int:
        return 0


def step(fails: str = "") -> list[str]:
    """The calls of one step."""
    clients = Recording(fails)
    masking = object.__new__(mask_topic.Masking)
    masking.__dict__ |= {f"_{name}": clients for name in ("producer", "consumer")}
    masking.__dict__ |= {"_target": "masked", "_schema": "standard", "_profile": "label"}
    if fails:
        with pytest.raises(KafkaException):
            masking.step(1)
    else:
        masking.step(1)
    return clients.calls


def test_messages_and_the_new_position_are_one_transaction() -> None:
    calls = step()

    assert calls[1:3] == ["begin_transaction", "produce"]
    assert calls[-2:] == ["send_offsets_to_transaction", "commit_transaction"]
    assert "commit" not in calls


@pytest.mark.parametrize("fails", ["produce", "send_offsets_to_transaction", "commit_transaction"])
def test_a_transaction_that_fails_is_aborted_and_ends_the_program(fails: str) -> None:
    assert step(fails)[-2:] == [fails, "abort_transaction"]
