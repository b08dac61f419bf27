"""`people`: the operator approves the first keys, revokes, and unfreezes; and `audit verify --signatures`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from masking_service.observability.alerts import Alerts
from masking_service.runtime.settings import Settings
from tests.cli.conftest import Command
from tests.devices import Device
from tests.service.people.policies import edited
from tests.web.api import NUMBER, SITE, Api, content, field, record, refusal, results, started
from tests.web.proving import Proving, proven
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


def test_the_operator_approves_lists_and_revokes_keys(api: Api, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[str] = []
    monkeypatch.setattr(Alerts, "raise_alert", lambda _, kind, *__: raised.append(kind))
    person = Person(api, "supervisor", "boss")
    content(person.enrol(), 201)
    waiting = run("people", "keys", "list")

    printed = run("people", "keys", "approve", person.key.key_id)

    run("people", "keys", "revoke", "--principal", person.id, "-" * 22, code=1)
    run("people", "keys", "revoke", "--principal", person.id, "z" * 22, code=1)
    active = run("people", "keys", "list", "--principal", person.id)
    run("people", "keys", "revoke", "--principal", person.id, person.key.key_id)
    revoked = run("people", "keys", "list", "--principal", person.id)
    assert [line.split()[1] for line in waiting.splitlines()] == ["key", person.key.key_id]
    assert printed.splitlines() == [f"{root_of(person)} {person.id}"]
    assert "active, approved by service/command-line" in active
    assert "revoked" in revoked
    assert raised == ["key-pending", "key-by-command"]
    assert content(person.get("/v1/me/keys"))["keys"][0]["status"] == "revoked"


def test_two_operators_approve_a_key_where_the_policy_says_so(
    api: Api, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(edited(signed(SIGNED, operators=2)), "utf-8")
    monkeypatch.setenv("MASKING_POLICY", str(policy))
    person = Person(api, "supervisor", "boss")
    content(person.enrol(), 201)

    def approve(account: str) -> str:
        monkeypatch.setenv("SUDO_USER", account)
        return run("people", "keys", "approve", person.key.key_id)

    def status() -> str:
        return str(content(person.get("/v1/me/keys"))["keys"][0]["status"])

    once, again, before = approve("li"), approve("li"), status()
    both = approve("wang")

    assert (once, again, before) == ("", "", "pending")
    assert (both, status()) == (f"{root_of(person)} {person.id}\n", "active")
    entries = content(api.get("auditor", "/v1/audit?principal=service/command-line"))["entries"]
    actions = [one["action"] for one in entries if one["action"].startswith("key-")]
    assert actions == ["key-vouch", "key-vouch", "key-approve"]


@pytest.mark.parametrize("sort", ["keys", "devices"])
@pytest.mark.parametrize("id_", ["A" * 22, "-" + "7" * 21], ids=["a letter first", "a hyphen first"])
@pytest.mark.parametrize("words", [("approve",), ("revoke", "--principal", "dev/boss")], ids=["approve", "revoke"])
def test_what_is_not_there_is_said(api: Api, run: Run, words: tuple[str, ...], id_: str, sort: str) -> None:
    run("people", sort, *words, id_, code=1)


@pytest.fixture
def proving(development: Path, valkey: str) -> Api:
    policy = development / "policy.yaml"
    policy.write_text(edited(proven()), "utf-8")
    environment = {
        "MASKING_STATE_DIR": str(development),
        "MASKING_REDIS_URL": valkey,
        "MASKING_POLICY": str(policy),
    }
    return started(Settings.read(environment, development=True))


@pytest.mark.parametrize("act", ["approve", "revoke"])
@pytest.mark.parametrize("kind", ["keys", "devices"])
def test_an_id_may_begin_like_an_option(proving: Api, run: Run, kind: str, act: str) -> None:
    del proving

    assert run("people", kind, act, "--principal", "dev/u-1", "-hGq7", code=1) == ""


def test_the_operator_approves_lists_and_revokes_devices(proving: Api, run: Run) -> None:
    person = Proving(proving)
    content(person.enrol(), 201)
    waiting = run("people", "devices", "list")

    printed = run("people", "devices", "approve", person.device.id)

    active = run("people", "devices", "list", "--principal", person.id)
    own = person.own()
    run("people", "devices", "revoke", "--principal", person.id, person.device.id)
    assert [line.split()[1] for line in waiting.splitlines()] == ["device", person.device.id]
    assert printed == f"approved: {person.id}\n"
    assert "active, approved by service/command-line" in active
    assert [one["status"] for one in own] == ["active"]
    assert refusal(person.view(NUMBER)) == (403, "signature-invalid")


def test_an_imported_device_proves_its_first_call(proving: Api, run: Run, tmp_path: Path) -> None:
    proving.tokenize(record(), custody={"site": SITE})
    one, other = Proving(proving), Proving(proving, sub="c-2")
    file = tmp_path / "devices.csv"
    rows = [f"{who.id},{who.device.id},{phone}" for who, phone in ((one, "13900001111"), (other, ""))]
    file.write_text("\n".join(["principal,thumbprint,phone", *rows]), "utf-8")

    printed = run("people", "devices", "import", str(file))

    assert printed == "2 devices of 2 people approved\n"
    assert one.view(NUMBER).status_code == 200
    assert other.view(NUMBER).status_code == 200
    assert [held.phone for held in proving.parts.devices.known_keys("default", one.id)] == ["13900001111"]


def test_an_invited_person_enrols_without_waiting(proving: Api, run: Run, tmp_path: Path) -> None:
    proving.tokenize(record(), custody={"site": SITE})
    courier, file = Proving(proving), tmp_path / "couriers.csv"
    file.write_text(f"principal,phone\n{courier.id},13900001111\ndev/c-2,\n", "utf-8")

    head, mine, other = run("people", "devices", "invite", str(file)).splitlines()

    principal, _, invitation = mine.partition(",")
    assert (head, principal, other.partition(",")[0]) == ("principal,invitation", courier.id, "dev/c-2")
    body = {"name": "round phone", "invitation": invitation}
    assert content(courier.send("POST", "/v1/me/devices", body), 201)["status"] == "active"
    assert courier.view(NUMBER).status_code == 200
    entries = content(proving.get("auditor", "/v1/audit?action=device-invite"))["entries"]
    assert [one["subject"] for one in entries] == [courier.id, "dev/c-2"]


def test_an_invitation_that_is_taken_back_enrols_no_device(
    proving: Api, run: Run, command: Command, development: Path, tmp_path: Path
) -> None:
    used, late, file = Proving(proving), Proving(proving, sub="c-2"), tmp_path / "invitations.csv"
    file.write_text(f"principal,phone\n{used.id},\n{late.id},\n", "utf-8")
    file.write_text(printed := run("people", "devices", "invite", str(file)), "utf-8")
    first, second = (line.partition(",")[2] for line in printed.splitlines()[1:])
    content(used.send("POST", "/v1/me/devices", {"name": "phone", "invitation": first}), 201)

    taken_back = command("people", "devices", "uninvite", str(file), folder=development)

    refused = late.send("POST", "/v1/me/devices", {"name": "phone", "invitation": second})
    assert taken_back.stdout == "2 invitations taken back\n"
    assert f"{used.id}: device {used.device.id} used it" in taken_back.stderr
    assert refusal(refused) == (403, "signature-invalid")
    assert [one["status"] for one in used.own()] == ["active"]
    entries = content(proving.get("auditor", "/v1/audit?action=device-revoke"))["entries"]
    assert [one["subject"] for one in entries] == [used.id, late.id]


def test_a_line_that_is_no_invitation_takes_none_back(
    proving: Api, run: Run, command: Command, development: Path, tmp_path: Path
) -> None:
    courier, file = Proving(proving), tmp_path / "invitations.csv"
    file.write_text(f"principal,phone\n{courier.id},\n", "utf-8")
    printed = run("people", "devices", "invite", str(file))
    invitation = printed.splitlines()[1].partition(",")[2]
    file.write_text(f"{printed}dev/c-2,{invitation}\n", "utf-8")

    done = command("people", "devices", "uninvite", str(file), folder=development)

    assert (done.exit_code, invitation in done.output) == (1, False)
    assert "line 3: not an invitation of this person, or one that has ended" in done.output
    content(courier.send("POST", "/v1/me/devices", {"name": "phone", "invitation": invitation}), 201)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["dev/c-1,short,"], "line 2: a thumbprint is 43 characters of base64url"),
        (["c-1,{0},"], "line 2: a principal's id is client/ID or ALIAS/SUB"),
        (["dev/c-1,{0},12"], "line 2: a phone is a mobile number"),
        (["dev/c-1,{0}"], "line 2: has to have 3 columns"),
        (["dev/c-1,{0},", "dev/c-1,{1},", "dev/c-1,{2},"], "dev/c-1: a person has at most 2 active devices"),
    ],
)
def test_a_faulty_import_changes_nothing(
    proving: Api, command: Command, development: Path, tmp_path: Path, rows: list[str], said: str
) -> None:
    file = tmp_path / "devices.csv"
    lines = [row.format(*(Device().id for _ in range(3))) for row in rows]
    file.write_text("\n".join(["principal,thumbprint,phone", *lines]), "utf-8")

    done = command("people", "devices", "import", str(file), folder=development)

    assert done.exit_code == 1
    assert said in done.output
    assert Proving(proving).own() == []


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
    approvers.write_text(root_of(boss), "utf-8-sig")
    run("audit", "verify", str(log), "--approvers", str(approvers))
    approvers.write_text(root_of(boss), "utf-16")
    run("audit", "verify", str(log), "--approvers", str(approvers), code=2)
