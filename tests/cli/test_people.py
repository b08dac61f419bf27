"""`people`: the operator approves the first keys, revokes, and unfreezes; and `audit verify --signatures`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from masking_service.runtime.settings import Settings
from tests.cli.conftest import Command
from tests.service.people.policies import edited
from tests.web.api import NUMBER, Api, content, field, record, results, started
from tests.web.signing import SIGNED, Person, signed

Run = Callable[..., str]


@pytest.fixture
def api(development: Path, valkey: str) -> Api:
    policy = development / "policy.yaml"
    policy.write_text(edited(signed(SIGNED)), "utf-8")
    environment = {
        "MASKING_STATE_DIR": str(development),
        "MASKING_REDIS_URL": valkey,
        "MASKING_POLICY": str(policy),
    }
    return started(Settings.read(environment, development=True))


@pytest.fixture
def run(command: Command, development: Path) -> Run:
    """Runs one command on the set-up; what it prints."""

    def to_its_end(*words: str, code: int = 0) -> str:
        done = command(*words, folder=development)
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout

    return to_its_end


def root_of(person: Person) -> str:
    return hashlib.sha256(person.key.public_key).hexdigest()


def test_the_operator_approves_lists_and_revokes_keys(api: Api, run: Run) -> None:
    person = Person(api, "supervisor", "boss")
    content(person.enrol(), 201)
    waiting = run("people", "keys", "list")

    printed = run("people", "keys", "approve", person.key.key_id)

    active = run("people", "keys", "list", "--principal", person.id)
    run("people", "keys", "revoke", "--principal", person.id, person.key.key_id)
    revoked = run("people", "keys", "list", "--principal", person.id)
    assert [line.split()[1] for line in waiting.splitlines()] == ["key", person.key.key_id]
    assert printed.splitlines() == [f"{root_of(person)} {person.id}"]
    assert "active, approved by service/command-line" in active
    assert "revoked" in revoked
    assert content(person.get("/v1/me/keys"))["keys"][0]["status"] == "revoked"


@pytest.mark.parametrize(
    "words", [("approve", "A" * 22), ("revoke", "--principal", "dev/boss", "A" * 22)], ids=["approve", "revoke"]
)
def test_a_key_that_is_not_there_is_said(api: Api, run: Run, words: tuple[str, ...]) -> None:
    run("people", "keys", *words, code=1)


def test_the_operator_unfreezes_a_person(api: Api, run: Run) -> None:
    content(api.post("supervisor", "/v1/principals/dev%2Fx/freeze", {}))

    run("people", "unfreeze", "dev/x")

    assert content(api.get("supervisor", "/v1/principals/frozen"))["principals"] == []


def test_a_log_is_verified_with_its_signatures_to_the_printed_approver(api: Api, run: Run, tmp_path: Path) -> None:
    boss = Person(api, "supervisor", "boss")
    content(boss.enrol(), 201)
    approvers = tmp_path / "approvers"
    approvers.write_text(f"# the ceremony\n{run('people', 'keys', 'approve', boss.key.key_id)}")
    officer = Person(api, "dispute-officer", "officer").approved_by(boss)
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    results(officer.open(field(NUMBER, "/sender/phone")))
    log = tmp_path / "log.ndjson"
    api.parts.log.close()
    log.write_text(run("audit", "export"))

    told = run("audit", "verify", str(log), "--signatures", "--approvers", str(approvers))

    assert "2 signatures of people verified: detokenize 1, key-approve 1" in told
    assert root_of(boss) in told
    approvers.write_text("0" * 64)
    run("audit", "verify", str(log), "--approvers", str(approvers), code=1)
