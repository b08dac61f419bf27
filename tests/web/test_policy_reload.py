"""A running process takes an edited policy over whole, and keeps the one it has where the edit has a fault."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from jwt import PyJWKClient
from jwt.exceptions import PyJWKClientConnectionError

from keys.development_issuer import new_private_pem, public_pem
from masking_service.rotation.keyset_watch import active_processes
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings
from masking_service.runtime.wiring import Parts, assemble
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.opening.use import Detokenize
from masking_service.service.people.errors import Forbidden, PolicyError, Unauthenticated
from masking_service.service.people.issuers import mint
from tests.service.people.policies import ISSUER, TEXT, someone
from tests.service.people.tokens import KEY, jwk, token
from tests.web.api import started

Edit = Callable[[Callable[[Any], object]], None]


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """The file of the policy."""
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def parts(settings: Settings, valkey: str, policy: Path) -> Parts:
    return started(replace(settings, policy=policy)).parts


@pytest.fixture
def edit(policy: Path) -> Edit:
    """Writes the file anew, as an editor does: the same name, another file."""

    def change(how: Callable[[Any], object]) -> None:
        document = yaml.safe_load(policy.read_text("utf-8"))
        how(document)
        draft = policy.with_suffix(".draft")
        draft.write_text(yaml.safe_dump(document), "utf-8")
        draft.replace(policy)

    return change


def broken(document: Any) -> None:
    del document["cases"]


def test_an_untouched_file_changes_nothing(parts: Parts) -> None:
    before = parts.acting
    parts.reload_policy()

    assert parts.acting is before


def test_an_edit_holds_from_the_next_look_on(parts: Parts, edit: Edit) -> None:
    auditor = someone("auditor")
    before = parts.acting.policy.permits(auditor, "case:read")
    edit(lambda document: document["roles"]["auditor"]["permissions"].remove("case:read"))
    parts.reload_policy()

    assert (before, parts.acting.policy.permits(auditor, "case:read")) == (True, False)


def test_the_heartbeat_of_a_process_names_the_policy_that_it_acts_under(parts: Parts) -> None:
    reported = [beat.policy for beat in active_processes(parts.store, parts.keyring)]

    assert reported == [parts.acting.policy.digest]


@pytest.mark.parametrize("how", ["in place", "exchanged", "through a link"])
def test_however_the_file_is_written_it_is_seen(settings: Settings, valkey: str, tmp_path: Path, how: str) -> None:
    policy = tmp_path / "mounted.yaml"
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(TEXT, "utf-8")
    second.write_text(TEXT.replace("misses: 100", "misses: 7"), "utf-8")
    if how == "through a link":
        policy.symlink_to(first)
    else:
        policy.write_text(TEXT, "utf-8")
    parts = assemble(replace(settings, policy=policy))
    match how:
        case "in place":
            policy.write_text(second.read_text("utf-8"), "utf-8")
        case "exchanged":
            second.replace(policy)
        case _:
            policy.unlink()
            policy.symlink_to(second)
    parts.reload_policy()

    assert parts.acting.policy.rules.watch.misses == 7


def test_an_edit_within_the_same_second_and_of_the_same_size_is_seen(parts: Parts, policy: Path) -> None:
    policy.write_text(TEXT.replace("misses: 100", "misses: 101"), "utf-8")
    parts.reload_policy()

    assert parts.acting.policy.rules.watch.misses == 101


def test_a_faulty_edit_is_said_and_the_old_policy_stays(parts: Parts, edit: Edit) -> None:
    before = parts.acting
    edit(broken)

    with pytest.raises(PolicyError, match="cases: missing"):
        parts.reload_policy()
    assert parts.acting is before


def test_a_faulty_edit_is_said_once(parts: Parts, edit: Edit) -> None:
    edit(broken)
    with pytest.raises(PolicyError):
        parts.reload_policy()

    parts.reload_policy()


def test_a_mended_edit_holds(parts: Parts, edit: Edit, policy: Path) -> None:
    edit(broken)
    with pytest.raises(PolicyError):
        parts.reload_policy()
    policy.write_text(TEXT.replace("misses: 100", "misses: 7"), "utf-8")
    parts.reload_policy()

    assert parts.acting.policy.rules.watch.misses == 7


@pytest.mark.parametrize("lost", ["deleted", "unreadable", "a folder"])
def test_without_its_file_the_old_policy_stays(parts: Parts, policy: Path, lost: str) -> None:
    before = parts.acting
    policy.unlink()
    match lost:
        case "unreadable":
            policy.write_bytes(b"\xff\xfe")
        case "a folder":
            policy.mkdir()

    with pytest.raises(PolicyError):
        parts.reload_policy()
    assert parts.acting is before


def test_budgets_change_with_the_policy_and_what_was_spent_stays_spent(parts: Parts, edit: Edit) -> None:
    officer, now = someone("dispute-officer"), clock()

    def reserve(amount: int) -> None:
        grant = parts.acting.policy.grant(officer, "token:detokenize", purpose="dispute")
        parts.acting.of(Detokenize).budgets.reserve(officer, grant, amount, now)

    reserve(20)
    with pytest.raises(QuotaExceeded):
        reserve(1)
    edit(lambda document: document["roles"]["dispute-officer"]["budget"]["fields"].update({"1m": 22}))
    parts.reload_policy()
    reserve(2)

    with pytest.raises(QuotaExceeded):
        reserve(1)


def test_issuers_change_with_the_policy(parts: Parts, edit: Edit, policy: Path) -> None:
    private = new_private_pem()
    (policy.parent / "staff.pem").write_bytes(public_pem(private))
    rule = {**ISSUER, "keys": "staff.pem"}
    token = mint(
        private,
        sub="u-1",
        roles=["dispute-officer"],
        ttl=600,
        now=clock(),
        iss=str(ISSUER["issuer"]),
        aud=str(ISSUER["audience"]),
    )

    def caller() -> str:
        return parts.acting.authenticator.authenticate(f"Bearer {token}", "127.0.0.1", clock()).id

    with pytest.raises(Unauthenticated):
        caller()
    edit(lambda document: document.update(issuers={"staff": rule}))
    parts.reload_policy()
    believed = caller()
    (policy.parent / "staff.pem").write_bytes(public_pem(new_private_pem()))
    parts.reload_policy()
    with pytest.raises(Unauthenticated):  # the key was exchanged
        caller()
    (policy.parent / "staff.pem").write_bytes(public_pem(private))
    parts.reload_policy()
    believed_again = caller()
    edit(lambda document: document.update(issuers={}))
    parts.reload_policy()

    assert (believed, believed_again) == ("staff/u-1", "staff/u-1")
    with pytest.raises(Unauthenticated):
        caller()


def test_an_issuer_without_its_keys_leaves_the_old_policy(parts: Parts, edit: Edit) -> None:
    before = parts.acting
    edit(lambda document: document.update(issuers={"staff": {**ISSUER, "keys": "nowhere.pem"}}))

    with pytest.raises(PolicyError):
        parts.reload_policy()
    assert parts.acting is before


def test_an_issuers_key_that_comes_after_the_policy_is_taken(parts: Parts, edit: Edit, policy: Path) -> None:
    edit(lambda document: document.update(issuers={"staff": {**ISSUER, "keys": "late.pem"}}))
    with pytest.raises(PolicyError):
        parts.reload_policy()
    (policy.parent / "late.pem").write_bytes(public_pem(new_private_pem()))
    parts.reload_policy()

    assert set(parts.acting.policy.rules.issuers) == {"staff"}


def test_a_missing_key_of_an_issuer_is_said_once(parts: Parts, edit: Edit) -> None:
    edit(lambda document: document.update(issuers={"staff": {**ISSUER, "keys": "nowhere.pem"}}))
    with pytest.raises(PolicyError):
        parts.reload_policy()

    parts.reload_policy()


def test_fetched_keys_outlive_a_reload_while_their_issuer_is_down(
    parts: Parts, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [{"keys": [jwk(KEY, kid="a")]}]

    def once(_: PyJWKClient) -> object:
        if not answers:
            raise PyJWKClientConnectionError("down")
        return answers.pop()

    monkeypatch.setattr(PyJWKClient, "fetch_data", once)
    now = clock()
    names = {"iss": ISSUER["issuer"], "aud": ISSUER["audience"], "iat": now, "exp": now + 600}
    bearer = f"Bearer {token({'kid': 'a'}, **names)}"
    edit(lambda document: document.update(issuers={"staff": {**ISSUER, "keys": "https://login.invalid/jwks"}}))
    parts.reload_policy()
    before = parts.acting.authenticator.authenticate(bearer, "127.0.0.1", now)
    edit(lambda document: document.update(watch={"misses": 7}))
    parts.reload_policy()

    assert parts.acting.policy.rules.watch.misses == 7
    assert parts.acting.authenticator.authenticate(bearer, "127.0.0.1", now) == before


def test_a_role_that_is_taken_out_grants_nothing(parts: Parts, edit: Edit) -> None:
    edit(lambda document: document["roles"].pop("auditor"))
    parts.reload_policy()

    with pytest.raises(Forbidden):
        parts.acting.policy.grant(someone("auditor"), "audit:read")


def test_entries_name_the_policy_that_decided(parts: Parts, edit: Edit) -> None:
    before = parts.acting.policy.digest
    edit(lambda document: document.update(watch={"misses": 7}))
    parts.reload_policy()

    assert parts.acting.policy.digest != before
    assert parts.acting.recorder.policy_digest == parts.acting.policy.digest


def test_a_touched_file_is_read_and_is_no_fault(parts: Parts, policy: Path) -> None:
    os.utime(policy, (1, 1))
    parts.reload_policy()

    assert parts.acting.policy.rules.watch.misses == 100
