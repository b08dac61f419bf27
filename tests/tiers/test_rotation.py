"""Tests that keys turn over in two tiers, where hosts report nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import redis
from click.testing import Result

from keys.keyset import load
from masking_service.rotation import coordinator
from tests.tiers.split import HOST, Split
from tests.tiers.test_commands import run
from tests.together import repeating
from tests.web.api import SITE, record, token

POINTER = "/sender/phone"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "DRAIN_SECONDS", 0.0)


def bring(split: Split) -> None:
    """Bring the host its part of the present keyset."""
    path = split.intake_folder / "keyset.json"
    assert run(split, "keys", "split", HOST, "--out", path).exit_code == 0
    split.intake.keyring.adopt(load(path))


def rotated(split: Split, which: str, between: Callable[[], None]) -> tuple[Result, int]:
    """Rotate a key as an operator does who brings each file to the host; return the end, and how often that was."""
    serial, brought = "0", 0
    while True:
        with repeating(split.learn):
            done = run(split, "keys", "rotate", which, "--hosts-have", serial)
        named = re.search(r"--hosts-have (\d+)", str(done.exception))
        if named is None:
            return done, brought
        between()
        bring(split)
        split.learn()
        between()
        serial, brought = named[1], brought + 1


def test_waybills_of_an_intake_host_move_and_keep_their_tokens(split: Split, valkey: str) -> None:
    tokens: dict[str, str] = {}

    def store() -> None:
        number = f"YT88002123{len(tokens):05}"
        [stored] = split.tokenize(record(number), custody={"site": SITE})
        assert stored["created"]
        tokens[number] = stored["tokens"][POINTER]
        again = split.tokenize(*(record(known) for known in tokens))
        assert [one["tokens"][POINTER] for one in again] == [*tokens.values()]
        assert not any(one["created"] for one in again)

    store()
    done, brought = rotated(split, "index", store)

    assert (done.exit_code, brought) == (0, 3), (done.output, done.exception)
    bring(split)
    store()
    with redis.Redis.from_url(valkey) as client:
        assert list(client.scan_iter("wm:{????????????????}*")) == []
        assert len(list(client.scan_iter("wm:{????????????????.1}0"))) == len(tokens)
        assert len(list(client.scan_iter("wm:{????????????????.1}@"))) == len(tokens)
    split.adopt()
    split.opening.open_case("D-1", *tokens)
    assert [one["value"] for one in split.opening.opened(*map(token, tokens.values()))] == ["13812345678"] * len(tokens)


def test_a_host_knows_every_api_key_while_the_pepper_turns_over(split: Split) -> None:
    numbers = iter(range(1_000))

    def store() -> None:
        [stored] = split.tokenize(record(f"YT88003123{next(numbers):05}"))
        assert stored["created"]

    store()
    done, brought = rotated(split, "clients", store)

    assert (done.exit_code, brought) == (0, 1), (done.output, done.exception)
    split.adopt()
    split.learn()
    store()


def test_first_custody_of_a_host_does_not_stop_the_rotation_of_the_state_secret(split: Split) -> None:
    split.tokenize(record(), custody={"site": SITE})

    with repeating(split.learn):
        done = run(split, "keys", "rotate", "state")

    assert done.exit_code == 0, (done.output, done.exception)
