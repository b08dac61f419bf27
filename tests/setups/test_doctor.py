"""`doctor` in production: what it finds beside the settings of the store, and what it says that it could not check."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from keys.files import write_secret_file
from keys.keyring import Keyring
from keys.keyset import load
from keys.messages import MessageKey
from masking_audit.archive.answering import ArchiveServer
from masking_service.audit.checkpoints import Checkpoints
from masking_service.runtime.administration import opened_store
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings
from masking_service.shipped import ROOT
from masking_service.store.client import Clocks
from tests import servers
from tests.certificates import Authority
from tests.e2e.processes import command, invoke
from tests.http_servers import Handler, running, served
from tests.service.people.tokens import KEY, RSA_KEY, jwk, public_pem
from tests.setups.conftest import PASSWORD, RIGHTS, administered
from tests.store.stores import ask

pytestmark = pytest.mark.timeout(120)
TEN_MINUTES, HALF_AN_HOUR, A_DAY_AND_MORE = 600, 1800, 90_000


@dataclass
class Production:
    """A production set-up and its store; `policy` may be changed, and `settings` are added to those of the process."""

    folder: Path
    node: servers.Node

    @property
    def policy(self) -> Path:
        return self.folder / "policy.yaml"

    @property
    def url(self) -> str:
        """Of its store."""
        return f"redis://waybill:{PASSWORD}@{servers.HOST}:{self.node.port}/0"

    @property
    def settings(self) -> Settings:
        """Those of a command in production."""
        return Settings.read(
            {"MASKING_STATE_DIR": str(self.folder / "state"), "MASKING_REDIS_URL": self.url}, development=False
        )

    def trust(self, **issuer: str) -> None:
        """Let the policy name one issuer."""
        document = yaml.safe_load((ROOT / "policy.yaml").read_text("utf-8"))
        rule = {"audience": "waybill-masking", "algorithm": "ES256", "tenants": ["default"], "roles": ["auditor"]}
        document["issuers"] = {"staff": {"issuer": "https://127.0.0.1:1/express", **rule, **issuer}}
        self.policy.write_text(yaml.safe_dump(document), "utf-8")

    def doctor(self, **settings: str) -> tuple[int, str]:
        """Return its status and what it printed, in one line."""
        mine = {"MASKING_STATE_DIR": str(self.folder / "state"), "MASKING_POLICY": str(self.policy)}
        done = invoke("doctor", **mine | {"MASKING_REDIS_URL": self.url, "COLUMNS": "1000"} | settings)
        return done.exit_code, " ".join(done.output.split())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    folder = tmp_path_factory.mktemp("production")
    users = f"user default off ~* &* +@all\n{RIGHTS.read_text().replace('resetpass', f'>{PASSWORD}')}"
    node = administered(folder, users, "valkey-server", maxmemory="64mb")
    production = Production(folder, node)
    settings = {
        "MASKING_STATE_DIR": str(folder / "state"),
        "MASKING_REDIS_URL": f"redis://waybill:{PASSWORD}@{servers.HOST}:{node.port}/0",
    }
    command("keys", "init", **settings)
    command("clients", "add", "printer", "--role", "label-printer", **settings)
    yield production
    node.end()


@pytest.fixture
def production(made: Production) -> Production:
    made.policy.write_bytes((ROOT / "policy.yaml").read_bytes())
    made.policy.chmod(0o644)
    return made


def test_a_sound_set_up_passes_and_what_was_not_checked_is_said(production: Production) -> None:
    status, printed = production.doctor()

    assert (status, "✗" in printed) == (0, False)
    assert "? audit log is archived: MASKING_AUDIT_URL is not set" in printed


def test_rights_that_cannot_be_asked_for_are_said(production: Production) -> None:
    ask(production.node.client, "ACL", "SETUSER", "waybill", "-acl|dryrun")
    try:
        status, printed = production.doctor()
    finally:
        ask(production.node.client, "ACL", "SETUSER", "waybill", "+acl|dryrun")

    assert (status, "? store keeps what it acknowledges: rights: the store does not tell which rights" in printed) == (
        0,
        True,
    )


def test_a_default_user_without_a_password_is_named(production: Production) -> None:
    ask(production.node.client, "ACL", "SETUSER", "default", "on", "nopass")
    try:
        status, printed = production.doctor()
    finally:
        ask(production.node.client, "ACL", "SETUSER", "default", "off", "resetpass")

    assert (status, "Fix: ACL SETUSER default off resetpass, then ACL SAVE" in printed) == (1, True)


def test_a_store_without_a_limit_of_memory_is_named(production: Production) -> None:
    ask(production.node.client, "CONFIG", "SET", "maxmemory", 0)
    try:
        status, printed = production.doctor()
    finally:
        ask(production.node.client, "CONFIG", "SET", "maxmemory", "64mb")

    assert (status, "it has no maxmemory" in printed) == (1, True)


@pytest.mark.parametrize(
    ("ahead", "said"), [(-HALF_AN_HOUR, "s behind the store's"), (HALF_AN_HOUR, "s ahead of the store's")]
)
def test_a_clock_that_is_half_an_hour_off_is_named(
    production: Production, monkeypatch: pytest.MonkeyPatch, ahead: int, said: str
) -> None:
    clocks = partial(Clocks, now=lambda: time.time() + ahead)
    monkeypatch.setattr("masking_service.store.client.Clocks", clocks)
    status, printed = production.doctor()

    assert (status, f"this machine's is {HALF_AN_HOUR} {said}" in printed) == (1, True)


@pytest.mark.parametrize("mode", [0o664, 0o646], ids=oct)
def test_a_policy_that_others_can_change_is_named(production: Production, mode: int) -> None:
    production.policy.chmod(mode)
    status, printed = production.doctor()

    assert (status, f"others can change it. Fix: chmod go-w {production.policy}" in printed) == (1, True)


@pytest.mark.parametrize(("mode", "named"), [(0o644, True), (0o620, True), (0o640, False), (0o600, False)])
def test_an_environment_file_that_others_can_read_is_named(
    production: Production, tmp_path: Path, mode: int, named: bool
) -> None:
    file = tmp_path / "service.env"
    file.touch()
    file.chmod(mode)
    status, printed = production.doctor(MASKING_ENVIRONMENT_FILE=str(file))

    assert (status, f"Fix: chmod 600 {file}" in printed) == (int(named), named)


def test_an_archive_that_does_not_answer_is_named(production: Production, tmp_path: Path) -> None:
    write_secret_file(tmp_path / "archive.key", b"k" * 64, replace=False)
    url = f"http://{servers.HOST}:{servers.free_ports(1)[0]}"
    status, printed = production.doctor(MASKING_AUDIT_URL=url, MASKING_AUDIT_KEY_FILE=str(tmp_path / "archive.key"))

    assert (status, "✗ audit log is archived: the store no longer has" in printed) == (1, True)


def test_an_archive_that_is_behind_is_named(production: Production, tmp_path: Path) -> None:
    key, keyring = b"k" * 64, Keyring(load(production.folder / "state" / "keyset.json"))
    write_secret_file(tmp_path / "archive.key", key, replace=False)
    server = ArchiveServer(
        tmp_path, tmp_path / "index", MessageKey(key), clock, address=(servers.HOST, 0), report=lambda _: None
    )
    with opened_store(production.settings, keyring) as store, running(server):
        Checkpoints(store, keyring.audit_signer, tmp_path, clock).make()
        Checkpoints(store, keyring.audit_signer, tmp_path, lambda: clock() + TEN_MINUTES + 1).make()
        named = {"MASKING_AUDIT_URL": server.url, "MASKING_AUDIT_KEY_FILE": str(tmp_path / "archive.key")}
        status, printed = production.doctor(**named)

    assert (status, "s behind. Fix: start the witness (`audit follow`)" in printed) == (1, True)


def test_a_witness_that_is_down_is_named_after_a_day(production: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masking_service.cli.doctor.clock", lambda: int(time.time()) + A_DAY_AND_MORE)
    status, printed = production.doctor()

    assert (status, "Fix: start the witness (`audit follow`)" in printed) == (1, True)


JWKS = {"keys": [jwk(KEY, kid="k1")]}
FILES: dict[str, tuple[bytes | None, str]] = {
    "none": (None, "staff: its keys cannot be had"),
    "of another type": (public_pem(RSA_KEY), "staff: its file holds no key for the algorithm (ES256)"),
    "expired": (json.dumps({"keys": [jwk(KEY, exp=1)]}).encode(), "staff: all its keys have expired"),
}


@pytest.mark.parametrize("content", FILES)
def test_keys_of_an_issuer_that_cannot_be_used_are_named(production: Production, content: str) -> None:
    file = production.folder / "staff.keys"
    file.unlink(missing_ok=True)
    if FILES[content][0] is not None:
        file.write_bytes(FILES[content][0] or b"")
    production.trust(keys="staff.keys")
    status, printed = production.doctor()

    assert (status, FILES[content][1] in printed) == (1, True)


def test_the_name_of_an_issuer_with_a_key_file_need_not_be_reachable(production: Production) -> None:
    (production.folder / "staff.keys").write_bytes(public_pem(KEY))
    production.trust(keys="staff.keys")
    status, printed = production.doctor()

    assert (status, "? issuers: staff: its name could not be compared" in printed) == (0, True)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Authority]]:
    """An issuer behind a company's authority: its address, and that authority."""
    authority = Authority(tmp_path_factory.mktemp("provider"))
    answers: dict[str, Callable[[Handler], Any]] = {
        "/jwks": lambda _: JWKS,
        "/express/.well-known/openid-configuration": lambda asked: {
            "issuer": f"https://{asked.headers['Host']}/express"
        },
        "/other/.well-known/openid-configuration": lambda asked: {"issuer": f"https://{asked.headers['Host']}/express"},
    }

    class Provider(Handler):
        def answer(self) -> None:
            found = answers.get(self.path)
            self.send(200 if found else 404, json.dumps(found(self)).encode() if found else b"")

    with served(Provider, authority.vouch_for("provider")) as url:
        yield url, authority


@pytest.mark.parametrize(
    ("issuer", "keys", "said"),
    [
        ("/express", "/jwks", "✓ issuers"),
        ("/expres", "/jwks", "staff: its name could not be compared: no metadata below it (status 404)"),
        ("/other", "/jwks", "staff: it calls itself otherwise"),
        ("/express", "/none", "staff: its keys cannot be had: status 404"),
    ],
    ids=["right", "a slip in the issuer's name", "another issuer's name", "a slip in the address of the keys"],
)
def test_an_issuer_is_compared_with_what_it_says_of_itself(
    production: Production, provider: tuple[str, Authority], issuer: str, keys: str, said: str
) -> None:
    url, authority = provider
    production.trust(issuer=url + issuer, keys=url + keys)
    status, printed = production.doctor(SSL_CERT_FILE=str(authority.file))

    assert (status, said in printed) == (int(not said.startswith("✓")), True), printed


def test_why_the_keys_of_an_issuer_cannot_be_fetched_is_said(
    production: Production, provider: tuple[str, Authority]
) -> None:
    url, _ = provider
    production.trust(issuer=f"{url}/express", keys=f"{url}/jwks")
    _, printed = production.doctor()

    assert "staff: its keys cannot be had: unable to get local issuer certificate" in printed
