"""Masks a topic of JSON records into another one, exactly once: `mask_topic.py BOOTSTRAP FROM TO`.

A batch of messages, their masks and the new position in FROM are one transaction: after a crash the program is started
again, and goes on behind the last one. It needs confluent-kafka, and no server of the masking service. Readers of TO
have to read committed messages only (`isolation.level=read_committed`, the default of librdkafka).

Keys and headers are not copied, because they may be personal. A record that cannot be masked becomes an error:
`{"error": [...]}`.
"""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaException, Message, Producer

from masking_service import mask

BATCH = 500


def masked(messages: Sequence[Message], schema: str, profile: str) -> list[bytes]:
    """The masked value of each message."""
    records = [_read(message.value()) for message in messages]
    answers = [
        {"error": [f"{code} {pointer}".rstrip() for pointer, code in one.errors]} if one.record is None else one.record
        for one in mask(records, schema=schema, profile=profile)
    ]
    return [json.dumps(answer, ensure_ascii=False).encode() for answer in answers]


def _read(value: bytes | None) -> Any:
    try:
        return json.loads(value or b"null")
    except ValueError:
        return None  # no record: it is answered with an error


class Masking:
    """Masks one topic into another one.

    Args:
        bootstrap: the brokers, as librdkafka takes them.
        source, target: the topics. They have the same number of partitions: what is in one partition stays together.
        schema, profile: of the records.
    """

    def __init__(self, bootstrap: str, source: str, target: str, schema: str, profile: str) -> None:
        self._target = target
        self._schema = schema
        self._profile = profile
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                # One for each running copy: what starts with the same one fences what ran before.
                "transactional.id": f"mask-{source}-{target}",
            }
        )
        self._producer.init_transactions(30)
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": f"mask-{source}-{target}",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,  # the transaction moves the position
            }
        )
        self._consumer.subscribe([source])

    def step(self, wait: float) -> int:
        """Mask the next messages in one transaction, and return how many they were.

        Raises:
            KafkaException: nothing of them counts. Start again.
        """
        messages = [one for one in self._consumer.consume(BATCH, wait) if one.error() is None]
        if not messages:
            return 0
        self._producer.begin_transaction()
        try:
            for message, value in zip(messages, masked(messages, self._schema, self._profile), strict=True):
                self._producer.produce(self._target, value, partition=message.partition() or 0)
            position = self._consumer.position(self._consumer.assignment())
            self._producer.send_offsets_to_transaction(position, self._consumer.consumer_group_metadata(), 30)
            self._producer.commit_transaction(30)
        except KafkaException:
            self._producer.abort_transaction(30)
            raise
        return len(messages)

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()


def main() -> None:
    """Mask until SIGTERM or Ctrl-C, which end between two transactions."""
    parser = argparse.ArgumentParser(description="Mask a topic of JSON records into another one, exactly once.")
    for name in ("bootstrap", "source", "target"):
        parser.add_argument(name)
    parser.add_argument("--schema", default="standard")
    parser.add_argument("--profile", default="label")
    given = parser.parse_args()
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: stopped.append(number))
    masking = Masking(given.bootstrap, given.source, given.target, given.schema, given.profile)
    total = 0
    while not stopped:
        total += masking.step(1)
    masking.close()
    print(f"{total} messages masked", file=sys.stderr)


if __name__ == "__main__":
    main()
