"""Rate and memory while the store grows: does it matter how many waybills are stored, and what is each byte for?

Masking, which no store can slow, is measured beside tokenizing: where both fall, it was the machine.
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import redis

from bench.contenders import Contender, records_body
from bench.figures import Bytes, Grown
from bench.rates import CONNECTIONS
from bench.waybills import Waybills
from keys import keyset
from keys.aead import OVERHEAD_BYTES
from keys.keyring import Keyring
from masking_service.runtime.clock import clock
from masking_service.service.people.principals import DEFAULT_TENANT
from masking_service.service.vault import records
from masking_service.service.vault.vault import Vault
from masking_service.store.client import Store

BATCH = 500
STEP = BATCH * CONNECTIONS
BESIDE_STEPS = 2
SAMPLE = 300
REST_SECONDS = 0.5


def measure(contender: Contender, client: redis.Redis, marks: Sequence[int], tick: Callable[[], None]) -> list[Grown]:
    """Store waybills until there are as many as the last mark; one result for each stretch that ends at a mark.

    The first stretch only leads up to the first mark, so that its rates are those of about a tenth of the second one.

    Args:
        marks: rising; how many waybills are stored at the ends of the stretches.
        tick: called after each `STEP` waybills.
    """
    storing, masking = Waybills("GR", 1), Waybills("GM", 2)
    grown: list[Grown] = []

    def rate(use_case: str, supply: Waybills) -> float:
        bodies = [records_body(supply.records(BATCH)) for _ in range(CONNECTIONS)]
        return STEP / contender.load(use_case, bodies, CONNECTIONS).seconds

    rate("tokenize", storing)  # makes the day's data key, and the first buffers
    before, stored = _memory(client), 0
    for mark in marks:
        rates: list[tuple[float, float, bool]] = []
        while stored < mark:
            undisturbed = quiet(client)
            tokenized = rate("tokenize", storing)
            stored += STEP
            rates.append((tokenized, rate("mask", masking), undisturbed()))
            tick()
        counted = [each for each in rates if each[2]]
        tokenized, masked, _ = (statistics.median(column) for column in zip(*(counted or rates), strict=True))
        memory = (_memory(client) - before) / stored
        grown.append(Grown(stored, tokenized, masked, len(counted), len(rates), memory))
    return grown


def against_fresh(
    pair: Sequence[Contender], clients: Sequence[redis.Redis], rounds: int, tick: Callable[[], None]
) -> list[float]:
    """The rate of tokenizing on a store that has grown to that on one that has just begun, round by round.

    They take turns, so that the machine's moods meet both; rounds in which a log is rewritten are left out. A round is
    long enough that who comes after the other finds its own things in the processor's caches for most of it.

    Args:
        pair: the service on the full store, and the one on the fresh one; `clients` are of their stores.
    """
    supplies = [Waybills("GF", 3), Waybills("GS", 4)]

    def rate(at: int) -> float:
        bodies = [records_body(supplies[at].records(BATCH)) for _ in range(BESIDE_STEPS * CONNECTIONS)]
        return len(bodies) / pair[at].load("tokenize", bodies, CONNECTIONS).seconds

    ratios: list[tuple[float, bool]] = []
    for number in range(rounds + 2):
        undisturbed = quiet(*clients)
        rates = {at: rate(at) for at in ((0, 1) if number % 2 else (1, 0))}
        if number > 1:  # the first rounds fill and warm the fresh one
            ratios.append((rates[0] / rates[1], undisturbed()))
        tick()
    return [ratio for ratio, counts in ratios if counts] or [ratio for ratio, _ in ratios]


def bytes_of_a_record(client: redis.Redis, url: str, folder: Path) -> Bytes:
    """Where the bytes of a record are. The bodies are those of waybills that `measure` stored."""
    keys = list(islice(client.scan_iter("wm:{????????????????}0", 1_000), SAMPLE))
    name = statistics.mean(map(len, keys))
    value = statistics.mean(client.strlen(key) for key in keys)
    held = statistics.mean(client.memory_usage(key) or 0 for key in keys)
    supply = Waybills("GR", 1)
    numbers = [record["waybill_no"] for record in supply.records(SAMPLE)]
    store = Store(url)
    store.trust()
    vault = Vault(store, Keyring(keyset.load(folder / "keyset.json")), os.urandom)
    found = [one for one in vault.newest(DEFAULT_TENANT, numbers, clock()) if one is not None]
    store.close()
    assert len(found) == SAMPLE, "the first waybills are not stored"
    body = statistics.mean(len(one.record.body) for one in found)
    padding = value - OVERHEAD_BYTES - records.HEADER_BYTES - body
    return Bytes(*map(float, (name, body, records.HEADER_BYTES, padding, OVERHEAD_BYTES, held)))


def quiet(*clients: redis.Redis) -> Callable[[], bool]:
    """Watch from now on; what is returned tells whether none of the stores has rewritten its log since."""
    before = [_rewritings(client) for client in clients]
    return lambda: not any(busy for _, busy in before) and [_rewritings(client) for client in clients] == before


def _memory(client: redis.Redis) -> int:
    """The memory of the server after a rest: while a table doubles, it holds both."""
    seen, now = 0, -1
    while now != seen:
        seen = now
        time.sleep(REST_SECONDS)
        now = int(client.info("memory")["used_memory"]) >> 14  # its clock alone moves some bytes
    return now << 14


def _rewritings(client: redis.Redis) -> tuple[int, bool]:
    """How often the store has begun to, which it does in a fork, and whether it is at it."""
    said = client.info("persistence")
    return client.info("stats")["total_forks"], bool(said["aof_rewrite_in_progress"] or said["aof_rewrite_scheduled"])
