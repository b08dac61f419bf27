"""An operator with all rights on Redis copies its files, and then tries to make what happened not have happened."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import redis

from masking_service.audit.errors import RolledBackError
from masking_service.dev.embedded import EmbeddedServer
from masking_service.store.layout import ONE_SLOT
from tests.store.stores import Copy, ask
from tests.stories.auditor import Auditor
from tests.web.api import NUMBER, VALUES, Api, field, record, refusal
from tests.web.people import SUPERVISOR

FREEZE = "/v1/principals/client%2Fdispute-officer/freeze"


@pytest.fixture
def opened(fresh: Api, now: int) -> Api:
    """A service in which a phone was opened for a case, and the officer was frozen for it."""
    fresh.tokenize(record(NUMBER))
    fresh.open_case("D-1", NUMBER)
    assert fresh.opened(field(NUMBER, "/sender/phone"))[0]["value"] == VALUES["sender"]["phone"]
    assert fresh.post(SUPERVISOR, FREEZE, {"why": "asked too much"}).status_code == 200
    return fresh


@pytest.fixture
def operator(valkey: str) -> redis.Redis:
    """All rights on the store, and no key of the keyset."""
    return redis.Redis.from_url(valkey)


def test_the_copied_files_tell_no_value_and_no_number(opened: Api, embedded: EmbeddedServer) -> None:
    files = [path for path in embedded._dir.rglob("*") if path.is_file() and "appendonly" in str(path)]
    copied = b"".join(map(Path.read_bytes, files))
    planted = [NUMBER, *(value for who in ("sender", "recipient") for value in VALUES[who].values())]
    forms = [
        form
        for text in planted
        for form in (
            text.encode(),
            text.encode("utf-16-le"),
            text.encode("unicode_escape"),
            text.encode().hex().encode(),
            base64.b64encode(text.encode()).rstrip(b"="),
        )
    ]

    assert copied
    assert [form for form in forms if form in copied] == []


def test_a_deleted_freeze_is_an_alarm_and_unfreezes_no_principal(opened: Api, operator: redis.Redis) -> None:
    for key in operator.scan_iter("wm:*freezes"):
        operator.delete(key)

    assert refusal(opened.detokenize(field(NUMBER, "/sender/phone"))) == (503, "integrity")


def test_an_older_list_of_freezes_is_an_alarm(fresh: Api, now: int, operator: redis.Redis) -> None:
    fresh.tokenize(record(NUMBER))
    fresh.open_case("D-1", NUMBER)
    fresh.post(SUPERVISOR, "/v1/principals/client%2Fdispute-officer-2/freeze")
    older = {key: ask(operator, "DUMP", key) for key in operator.scan_iter("wm:*freezes")}
    fresh.post(SUPERVISOR, FREEZE)

    for key, value in older.items():
        operator.restore(key, 0, value, replace=True)

    assert refusal(fresh.detokenize(field(NUMBER, "/sender/phone"))) == (503, "integrity")


def test_the_entry_of_the_opening_cannot_be_cut_out(opened: Api, auditor: Auditor, operator: redis.Redis) -> None:
    writer = opened.parts.log._writer
    last = ask(operator, "XREVRANGE", ONE_SLOT.stream(writer), "+", "-", "COUNT", 1)[0][0].decode()
    ask(operator, "XDEL", ONE_SLOT.stream(writer), last)
    refused = opened.post(SUPERVISOR, "/v1/cases/D-1/close")
    assert refusal(refused) == (503, "unavailable")  # the next entry does not fit, and a new chain begins
    assert opened.post(SUPERVISOR, "/v1/cases/D-1/close").status_code == 200

    assert any(f"names {writer}-{last.removesuffix('-0')}" in fault for fault in auditor.faults())


def test_an_entry_that_is_written_over_is_found_at_its_place(
    opened: Api, auditor: Auditor, operator: redis.Redis
) -> None:
    lines = auditor.export()
    number, line = next(
        (at, line) for at, line in enumerate(lines, 1) if b'"detokenize"' in line and b"released" in line
    )
    lines[number - 1] = line.replace(b"client/dispute-officer", b"client/someone-elses")

    assert any(f"line {number}" in fault for fault in auditor.faults(lines))


def test_a_store_that_goes_back_to_before_the_opening_is_not_served(
    fresh: Api, now: int, operator: redis.Redis, auditor: Auditor
) -> None:
    fresh.tokenize(record(NUMBER))
    fresh.open_case("D-1", NUMBER)
    auditor.export()
    older = Copy(operator)
    assert len(fresh.opened(field(NUMBER, "/sender/phone"))) == 1
    auditor.export()  # a checkpoint is made, as one is every minute

    older.restore(operator)

    with pytest.raises(RolledBackError):
        fresh.parts.checkpoints.read_newest()
