"""`doctor`: it says in words what is wrong with the store, and how to fix it."""

import time
from collections.abc import Callable
from http.server import HTTPServer
from pathlib import Path

import msgspec
import pytest
import yaml
from click.testing import Result

from keys.files import write_secret_file
from masking_service.runtime.administration import opened_registry
from masking_service.runtime.settings import Settings
from masking_service.service.holds.state import Hold, Holds
from masking_service.shipped import ROOT
from tests.e2e.processes import invoke
from tests.http_servers import Handler, running
from tests.keys.known import secret_file
from tests.service.people.policies import edited
from tests.store.stores import NOW
from tests.ticket_systems import KEY, ticket_system
from tests.web.proving import proven


def doctor(folder: Path, url: str, **settings: str) -> Result:
    return invoke("doctor", "--state-dir", folder, MASKING_REDIS_URL=url, **settings)


def lines(result: Result) -> str:
    return " ".join(result.output.split())


def test_a_sound_set_up_passes(development: Path, valkey: str) -> None:
    result = doctor(development, valkey)

    assert (result.exit_code, "✗" in result.output) == (0, False)


def test_a_fault_that_many_checks_meet_is_said_once(tmp_path: Path) -> None:
    result = doctor(tmp_path, "redis://127.0.0.1:1")

    assert result.exit_code == 1
    assert lines(result).count(": no such file") == 1
    assert "✗ policy: the same fault as under “keyset”" in lines(result)


def test_a_setting_that_loses_data_is_named_with_the_commands_that_fix_it(
    development: Path, valkey: str, lossy: Callable[[], object]
) -> None:
    lossy()
    result = doctor(development, valkey)

    assert result.exit_code == 1
    assert "CONFIG SET appendfsync always, then CONFIG REWRITE" in lines(result)


def test_what_could_be_better_where_replicas_are_wanted_is_said(development: Path, valkey: str) -> None:
    result = doctor(development, valkey, MASKING_REDIS_REPLICAS="1")

    assert "CONFIG SET min-replicas-to-write 1, then CONFIG REWRITE" in lines(result)


@pytest.mark.parametrize(("answers", "said"), [(True, "✓ ticket system answers"), (False, "no signed answer within")])
def test_the_ticket_system_is_asked(development: Path, valkey: str, tmp_path: Path, answers: bool, said: str) -> None:
    document = yaml.safe_load((ROOT / "policy.yaml").read_text("utf-8"))
    write_secret_file(tmp_path / "check.key", KEY, replace=False)
    with ticket_system() as system:
        system.fails = not answers
        document["cases"]["check"] = {
            "url": system.url,
            "key": "check.key",
            "on_failure": "refuse",
            "again_after": "15m",
        }
        (tmp_path / "policy.yaml").write_text(yaml.safe_dump(document), "utf-8")
        result = doctor(development, valkey, MASKING_POLICY=str(tmp_path / "policy.yaml"))

    assert said in lines(result)
    assert (result.exit_code == 0) == answers
    assert system.asked == ["doctor"]


@pytest.mark.parametrize(
    ("answers", "said", "status"),
    [
        (b'{"status":"alive"}', "✓ addresses that devices prove", 0),
        (b"<html>", "is not this service, so no proof that names it is made", 1),
        (None, "? addresses that devices prove: {url} does not answer from here", 0),
    ],
    ids=["this service", "another one", "none"],
)
def test_the_addresses_of_proofs_are_asked(
    development: Path, valkey: str, tmp_path: Path, answers: bytes | None, said: str, status: int
) -> None:
    class Alive(Handler):
        def answer(self) -> None:
            assert self.path == "/healthz"
            self.send(200, answers or b"")

    with running(HTTPServer(("127.0.0.1", 0), Alive)) as url:
        named = url if answers is not None else "http://127.0.0.1:9"
        (tmp_path / "policy.yaml").write_text(edited(proven(urls=[named])), "utf-8")
        result = doctor(development, valkey, MASKING_POLICY=str(tmp_path / "policy.yaml"))

    assert said.format(url=named) in lines(result)
    assert result.exit_code == status


def test_the_stores_password_is_not_shown(development: Path, valkey: str) -> None:
    password = valkey.removeprefix("unix://:").partition("@")[0]

    assert password not in doctor(development, valkey).output


def test_a_store_that_does_not_answer_is_a_fault_in_words(development: Path, tmp_path: Path) -> None:
    result = doctor(development, f"unix://{tmp_path}/missing.sock")

    assert "the store does not answer (connection)" in lines(result)


def test_the_address_of_alerts_is_not_shown_and_their_key_is_looked_at(
    development: Path, valkey: str, tmp_path: Path
) -> None:
    key = secret_file(tmp_path / "alert.key", b"k" * 64, 0o644)
    alerts = {"MASKING_ALERT_URL": "https://alerts.example.com/s3cret", "MASKING_ALERT_KEY_FILE": str(key)}
    open_to_all = doctor(development, valkey, **alerts)
    key.chmod(0o600)
    result = doctor(development, valkey, **alerts)

    assert "s3cret" not in open_to_all.output
    assert (open_to_all.exit_code, "✗ key of alerts" in open_to_all.output) == (1, True)
    assert (result.exit_code, "✓ key of alerts" in result.output) == (0, True)


def test_without_the_development_store_make_run_is_named(development: Path, valkey: str) -> None:
    assert "the development store is not running: `make run` starts it" in lines(doctor(development, ""))


def test_an_address_that_is_not_served_is_reported(development: Path, valkey: str) -> None:
    (development / "address").write_text("http://127.0.0.1:1\n")

    assert "served at http://127.0.0.1:1, not ready: nothing answers" in lines(doctor(development, valkey))


def test_a_service_that_answers_slowly_is_ready(development: Path, valkey: str) -> None:
    class Slow(Handler):
        def answer(self) -> None:
            time.sleep(0.7)
            self.send(200, b'{"status":"ready"}')

    with running(HTTPServer(("127.0.0.1", 0), Slow)) as url:
        (development / "address").write_text(f"{url}\n")
        said = lines(doctor(development, valkey))

    assert f"served at {url} " in said


def test_holds_in_force_are_listed(development: Path, valkey: str) -> None:
    settings = Settings.read({"MASKING_STATE_DIR": str(development), "MASKING_REDIS_URL": valkey}, development=True)
    with opened_registry(settings) as opened:
        held = Hold("H-1", 1, "00", "r", 3, "set", "staff/p-1", NOW, kept=2, set_by="staff/p-2", set_at=NOW)
        lifted = msgspec.structs.replace(held, name="H-2", number=2, status="releasing")
        opened.state(Holds).prepare("default", lambda _: [held, lifted]).write()

    shown = lines(doctor(development, valkey))
    assert "H-1 of tenant default: 2 of 3 waybills" in shown
    assert "being lifted: lift it again if it stays so" in shown
