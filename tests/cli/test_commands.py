"""The command line in this process: keys, clients and tokens, and how each refuses in words."""

import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest
import yaml

from keys.errors import KeysError
from masking_service.cli import COMMANDS, main
from masking_service.dev.development import Development, people
from masking_service.dev.recommended import recommended
from masking_service.runtime.opened import WrongPurpose
from masking_service.runtime.settings import SettingsError
from masking_service.service.people.errors import ClientError
from masking_service.service.people.policy import Policy
from masking_service.shipped import ROOT
from masking_service.store.errors import StoreUnavailable, WrongStore
from tests import programs
from tests.cli.conftest import Command
from tests.keys.known import secret_file


def test_a_keyset_is_made_for_its_user_alone(production: Command, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "keyset.json").stat().st_mode) & 0o077 == 0


def test_a_keyset_is_never_overwritten(production: Command, tmp_path: Path) -> None:
    before = (tmp_path / "keyset.json").read_bytes()

    assert isinstance(production("keys", "init").exception, KeysError)
    assert (tmp_path / "keyset.json").read_bytes() == before


def test_the_status_of_keys_shows_no_key(production: Command, tmp_path: Path) -> None:
    shown = production("keys", "status").stdout
    secrets = re.findall(r"[A-Za-z0-9_+/=-]{40,}", (tmp_path / "keyset.json").read_text())

    assert "root" in shown
    assert secrets
    assert [secret for secret in secrets if secret in shown] == []


def test_a_client_gets_its_key_once(production: Command) -> None:
    key = production("clients", "add", "printer-1", "--role", "label-printer").stdout.strip()

    assert re.fullmatch(r"wbk_[A-Za-z0-9_-]{43}", key)
    assert key not in production("clients", "list").output


@pytest.mark.parametrize("role", ["service-desk", "dispute-officer", "supervisor", "privacy-officer"])
def test_a_role_that_opens_approves_or_erases_is_given_to_no_key(production: Command, role: str) -> None:
    refused = production("clients", "add", "printer-7", "--role", role)

    assert isinstance(refused.exception, ClientError)
    assert refused.stdout == ""


@pytest.mark.parametrize("role", ["label-printer", "courier", "tracking", "auditor"])
def test_the_other_roles_are(production: Command, role: str) -> None:
    assert production("clients", "add", "printer-7", "--role", role).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("Printer", "--role", "label-printer"),
        ("printer-1", "--role", "director"),
        ("printer-1",),
        ("printer-1", "--role", "label-printer", "--site", "a b"),
        ("printer-1", "--role", "label-printer", "--network", "10.0.0.0/99"),
    ],
)
def test_a_client_that_can_be_none_is_refused(production: Command, arguments: tuple[str, ...]) -> None:
    assert isinstance(production("clients", "add", *arguments).exception, ClientError)


def test_a_client_is_of_a_tenant_that_there_can_be(production: Command) -> None:
    refused = production("clients", "add", "printer-1", "--role", "label-printer", "--tenant", "A b")

    assert (refused.exit_code, "Invalid value for '--tenant': a tenant is 1 to 64 of" in refused.stderr) == (2, True)


def test_a_client_has_two_keys_at_once_and_no_third(production: Command) -> None:
    production("clients", "add", "printer-1", "--role", "label-printer")

    assert production("clients", "add", "printer-1").exit_code == 0
    assert isinstance(production("clients", "add", "printer-1").exception, ClientError)


def test_a_revoked_clients_id_is_never_given_again(production: Command) -> None:
    production("clients", "add", "printer-1", "--role", "label-printer")
    production("clients", "revoke", "printer-1")

    again = production("clients", "add", "printer-1", "--role", "label-printer")

    assert isinstance(again.exception, ClientError)
    assert "revoked" in production("clients", "list").stdout


def test_a_command_that_only_looks_leaves_an_empty_store_unmarked(production: Command) -> None:
    assert isinstance(production("clients", "list").exception, WrongStore)
    assert isinstance(production("clients", "list").exception, WrongStore)


def test_a_store_that_would_lose_a_revocation_takes_none(production: Command, lossy: Callable[[], object]) -> None:
    production("clients", "add", "printer-1", "--role", "label-printer")
    lossy()

    refused = production("clients", "revoke", "printer-1").exception

    assert isinstance(refused, StoreUnavailable)
    assert refused.reason == "not-durable"
    assert "revoked" not in production("clients", "list").stdout


def test_the_clients_of_a_store_that_may_lose_are_listed(production: Command, lossy: Callable[[], object]) -> None:
    production("clients", "add", "printer-1", "--role", "label-printer")
    lossy()

    assert "printer-1" in production("clients", "list").stdout


def test_an_unknown_client_is_not_revoked(production: Command) -> None:
    production("clients", "add", "printer-2", "--role", "label-printer")

    assert isinstance(production("clients", "revoke", "printer-1").exception, ClientError)


def test_a_store_of_other_keys_is_refused(production: Command, tmp_path: Path) -> None:
    production("clients", "add", "printer-1", "--role", "label-printer")
    production("keys", "init", folder=tmp_path / "other")

    assert isinstance(production("clients", "list", folder=tmp_path / "other").exception, WrongStore)


def test_a_minted_token_says_what_was_asked_for(command: Command, development: Path) -> None:
    roles = ("--role", "courier", "--role", "auditor")
    minted = command("token", "mint", *roles, "--sub", "u-1", "--ttl", "60", "--tenant", "other", folder=development)
    claims = jwt.decode(minted.stdout.strip(), options={"verify_signature": False})

    assert (claims["sub"], claims["roles"], claims["tenant"]) == ("u-1", ["courier", "auditor"], "other")
    assert (claims["iss"], claims["aud"]) == ("urn:masking:dev-issuer", "waybill-masking")
    assert claims["exp"] - claims["iat"] == 60


def test_a_minted_token_claims_a_number_that_is_no_ones(command: Command, development: Path) -> None:
    minted = command("token", "mint", "--role", "courier", "--sub", "u-1", folder=development)
    claims = jwt.decode(minted.stdout.strip(), options={"verify_signature": False})

    assert claims["phone_number"] == "010-10000000"


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "status"),
        ("keys", "hosts", "list"),
        ("keys", "rotate", "data"),
        ("clients", "list"),
        ("token", "mint", "--role", "courier", "--sub", "u-1"),
    ],
    ids=" ".join,
)
def test_without_a_set_up_a_command_says_how_to_make_one(command: Command, words: tuple[str, ...]) -> None:
    assert "`make run` makes" in str(command(*words).exception)


@pytest.mark.parametrize("words", [("incident", "--principal", "client/x"), ("sharing",)], ids=lambda words: words[0])
def test_a_pack_that_cannot_be_written_leaves_no_folder(
    command: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    folder = tmp_path / "pack"

    refused = command("audit", *words, "--from", "2026-11-29", "--to", "2026-11-29", "--output", str(folder))

    assert "`make run` makes" in str(refused.exception)
    assert not folder.exists()


def test_without_the_development_issuer_no_token_is_minted(production: Command) -> None:
    assert production("token", "mint", "--role", "courier", "--sub", "u-1").exit_code != 0


@pytest.mark.parametrize("ttl", ["0", "901", "-1"])
def test_a_token_lives_fifteen_minutes_at_most(command: Command, development: Path, ttl: str) -> None:
    refused = command("token", "mint", "--role", "courier", "--sub", "u-1", "--ttl", ttl, folder=development)

    assert refused.exit_code == 2


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", ""])  # noqa: S104 - that is refused
def test_development_serves_this_machine_only(command: Command, host: str) -> None:
    refused = command("serve", "--dev", "--host", host)

    assert refused.exit_code == 2
    assert "127.0.0.1" in refused.stderr


def test_keys_of_production_are_not_used_for_development(production: Command, tmp_path: Path, valkey: str) -> None:
    with pytest.raises(WrongPurpose), Development({"MASKING_STATE_DIR": str(tmp_path), "MASKING_REDIS_URL": valkey}):
        pass


def test_a_development_set_up_has_one_key_for_every_role_and_second_people() -> None:
    policy = Policy.load(ROOT / "policy.yaml", development=True)

    assert {name: how["role"] for name, how in people(policy).items() if name not in policy.rules.roles} == {
        "dispute-officer-2": "dispute-officer",
        "supervisor-2": "supervisor",
        "service-desk-2": "service-desk",
        "courier-2": "courier",
        "other-tenant-printer": "label-printer",
        "other-tenant-officer": "dispute-officer",
    }


def test_faults_are_said_in_words_and_end_with_two(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.argv", ["masking_service", "clients", "list", "--state-dir", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "keyset.json" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["http://store", "store:6379", "redis+nothing://store"])
def test_a_store_of_an_unknown_kind_is_refused_without_its_address(production: Command, url: str) -> None:
    refused = production("clients", "list", store=url)

    assert isinstance(refused.exception, SettingsError)
    assert url not in str(refused.exception)


def test_a_store_that_does_not_answer_is_said_to(production: Command, tmp_path: Path) -> None:
    refused = production("clients", "list", store=f"unix://:secret@{tmp_path}/missing.sock")

    assert refused.exit_code != 0
    assert "secret" not in str(refused.exception)


def test_the_default_policy_is_sound(command: Command) -> None:
    assert command("policy", "check").exit_code == 0
    assert "set `unmapped: hide`" in command("policy", "check").output


def test_without_a_file_the_policy_in_use_is_checked(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MASKING_POLICY", raising=False)
    in_use = tmp_path / "in-use.yaml"
    in_use.write_text((ROOT / "policy.yaml").read_text().replace("scope: custody", "scope: everywhere"))
    shipped = command("policy", "check")
    monkeypatch.setenv("MASKING_POLICY", str(in_use))
    refused = command("policy", "check")

    assert (shipped.exit_code, "checking the shipped policy: MASKING_POLICY is not set" in shipped.output) == (0, True)
    assert (refused.exit_code, f"checking {in_use}, as MASKING_POLICY says" in refused.output.replace("\n", "")) == (
        1,
        True,
    )


def test_a_fault_in_a_file_that_a_policy_names_begins_with_the_name_of_the_policy(
    command: Command, tmp_path: Path
) -> None:
    policy = tmp_path / "new.yaml"
    calls = 'calls: {provider: https, url: "https://calls.example.com", key: missing.key}\n'
    policy.write_text((ROOT / "policy.yaml").read_text() + calls)

    assert command("policy", "check", str(policy)).stderr.startswith("new.yaml: calls.key: has to be a file")


def test_a_policy_says_which_search_indexes_are_kept(command: Command, tmp_path: Path) -> None:
    searching = tmp_path / "policy.yaml"
    rule = "search: {phone: true, tenants: {east: {last4: true}}}"
    searching.write_text((ROOT / "policy.yaml").read_text() + rule)

    assert "search indexes: none" in command("policy", "check").output
    shown = command("policy", "check", str(searching)).output
    assert ("search indexes: phone" in shown, "tenant east: last four digits at a site" in shown) == (True, True)


OPENS_NONE, SHOWS_NONE = "opens no value", "shows no waybill, makes no call and finds nothing"


@pytest.mark.parametrize(
    ("change", "said", "unsaid"),
    [
        ({}, (OPENS_NONE, SHOWS_NONE, "as any person: case-open, decoy-list."), ("device-approve to",)),
        (
            {"unsigned": "key-approve"},
            ("as any person: case-open, decoy-list, key-approve.",),
            (OPENS_NONE, SHOWS_NONE),
        ),
        ({"unsigned": "detokenize"}, ("as any person: detokenize, case-open", SHOWS_NONE), (OPENS_NONE,)),
        ({"unsigned": "device-approve"}, (OPENS_NONE, "add device-approve to"), (SHOWS_NONE,)),
        ({"unproven": "search"}, ("named roles: search (",), (SHOWS_NONE,)),
        ({"left out": "devices"}, ("named roles: waybill-view (",), (SHOWS_NONE,)),
        ({"left out": "signed"}, ("can act as every person of it: open values",), (OPENS_NONE, SHOWS_NONE)),
    ],
    ids=["recommended", "unsigned approvals", "unsigned values", "unsigned devices", "a call", "devices", "signed"],
)
def test_a_policy_says_what_a_stolen_key_of_an_issuer_could_still_do(
    command: Command, tmp_path: Path, change: dict[str, str], said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    document = yaml.safe_load(recommended(9000))
    for what, name in change.items():
        if what == "left out":
            del document[name]
        else:
            place = {"unsigned": document["signed"]["acts"], "unproven": document["devices"]["proof"]}[what]
            place.remove(name)
    policy = tmp_path / "policy.yaml"
    policy.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")

    checked = command("policy", "check", str(policy))

    assert checked.exit_code == 0
    assert [words for words in said if words not in checked.output] == []
    assert [words for words in unsaid if words in checked.output] == []


def test_a_policy_says_who_gives_numbers_for_calls_and_needs_its_key(command: Command, tmp_path: Path) -> None:
    calling = tmp_path / "policy.yaml"
    rule = "calls: {provider: https, url: 'https://numbers.example.com/', key: calls.key}"
    calling.write_text((ROOT / "policy.yaml").read_text() + rule)
    refused = command("policy", "check", str(calling))
    secret_file(tmp_path / "calls.key", b"k" * 64)

    assert (refused.exit_code, "calls.key" in refused.output) == (1, True)
    assert "calls: https" in command("policy", "check", str(calling)).output
    assert "calls: no provider" in command("policy", "check").output


def test_the_hashes_of_own_numbers_are_printed_and_no_number_is(production: Command) -> None:
    printed = production("policy", "number", "-", given=b"139 0000 0001\n+86 13900000001\n\n021-59791234\n")
    other = production("policy", "number", "-", "--tenant", "other", given=b"13900000001\n")

    first, again, landline = printed.output.split()
    assert (printed.exit_code, first) == (0, again)
    assert len({first, landline, other.output.strip()}) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in (first, landline, other.output.strip()))


def test_what_is_no_whole_number_has_no_hash(command: Command) -> None:
    refused = command("policy", "number", "-", given=b"13900000001\n*******0001\n")

    assert refused.exit_code == 1
    assert "number 2 of the file is not one whole phone number" in refused.output
    assert "0001" not in refused.output


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_own_numbers_in_another_encoding_are_refused_in_words(command: Command, encoding: str) -> None:
    refused = command("policy", "number", "-", given="13900000001\n号码\n".encode(encoding))

    assert refused.exit_code == 2
    assert "the input is not UTF-8: save it as UTF-8" in refused.output
    assert "0001" not in refused.output


def test_a_policy_with_a_fault_names_its_path_and_exits_with_one(command: Command, tmp_path: Path) -> None:
    faulty = tmp_path / "policy.yaml"
    faulty.write_text((ROOT / "policy.yaml").read_text().replace("scope: custody", "scope: everywhere"))

    refused = command("policy", "check", str(faulty))

    assert refused.exit_code == 1
    assert "roles.courier.scope" in refused.output


def test_only_commands_that_need_the_masks_load_them_and_only_people_what_verifies_keys() -> None:
    modules = {command.name: command.module for command in COMMANDS}
    others = sorted({*modules.values()} - {modules[name] for name in ("incident", "mask", "people", "policy", "serve")})
    first, then = ", ".join((*others, "masking_audit.cli.follow", "masking_console.service")), modules["people"]
    code = f"import sys, {first}; print(*sys.modules); import {then}; print(*sys.modules)"

    without, with_people = (line.split() for line in programs.output(sys.executable, "-c", code).splitlines())

    assert "webauthn" not in without
    assert not {"masking_service.masking.records.profile_masks", "masking_service.masking.numbers.numbers_in_text"} & {
        *with_people
    }
