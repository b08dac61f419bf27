"""Freeze, thaw, revocation and policy reach every worker of a real service within two seconds; counts come from all."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from keys.files import read_secret_file
from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY
from masking_service.service.people.issuers import mint
from tests.e2e.processes import ROOT, Running, command, wait_for
from tests.keys.known import secret_file
from tests.receivers import Receiver, receiving

NUMBER = "SF1234567890"
BATCH = {"records": [{"waybill_no": NUMBER, "sender": {"name": "张三", "phone": "13812345678"}}]}
WITHIN = 2.0
CALLS = 24
"""Enough that both workers are met, whatever the kernel does."""


class Service:
    """A development service with two workers, a policy that can be edited, and a receiver of its alerts."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.policy = folder / "policy.yaml"
        self.policy.write_text((ROOT / "policy.yaml").read_text("utf-8"), "utf-8")
        key = secret_file(folder / "alert.key", b"k" * 64)
        self.receiver = receiver
        self.running = Running.serve(
            folder,
            "--dev",
            "--workers",
            "2",
            MASKING_POLICY=str(self.policy),
            MASKING_ALERT_URL=receiver.url,
            MASKING_ALERT_KEY_FILE=str(key),
        )

    def status(self, who: str, method: str, path: str, body: object = None) -> int:
        return self.running.status(self.running.credentials[who], method, path, body)

    def answers(self, who: str, method: str, path: str, body: object = None) -> set[int]:
        """The statuses of many calls, each on a connection of its own."""
        return {self.status(who, method, path, body) for _ in range(CALLS)}

    def become(self, expected: set[int], who: str, method: str, path: str, body: object = None) -> None:
        """Wait until every worker answers so."""
        wait_for(lambda: self.answers(who, method, path, body) == expected, f"{expected} for {who}", WITHIN)

    def edit(self, change: Callable[[Any], object]) -> None:
        document = yaml.safe_load(self.policy.read_text("utf-8"))
        change(document)
        self.put(yaml.safe_dump(document))

    def put(self, policy: str) -> None:
        """As docs/policy.md says: by renaming, so that no worker reads half of it."""
        draft = self.policy.with_suffix(".new")
        draft.write_text(policy, "utf-8")
        draft.replace(self.policy)

    def metrics(self) -> dict[str, float]:
        content = self.running.call(None, "GET", "/metrics")[2].decode()
        return {
            line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in content.splitlines() if line[0] != "#"
        }

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.running.log.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with receiving() as receiver:
        made = Service(tmp_path_factory.mktemp("policy"), receiver)
        yield made
        made.running.stop()


def test_a_frozen_printer_is_refused_by_every_worker_and_a_thawed_one_is_not(service: Service) -> None:
    assert service.answers("label-printer", "POST", "/v1/mask", BATCH) == {200}
    assert service.status("supervisor", "POST", "/v1/principals/client%2Flabel-printer/freeze") == 200
    service.become({403}, "label-printer", "POST", "/v1/mask", BATCH)
    assert service.status("supervisor", "POST", "/v1/principals/client%2Flabel-printer/thaw") == 200
    service.become({200}, "label-printer", "POST", "/v1/mask", BATCH)


def test_a_frozen_officer_sees_nothing_from_the_next_call_on(service: Service) -> None:
    view = "GET", f"/v1/waybills/{NUMBER}"
    assert service.status("label-printer", "POST", "/v1/tokenize", BATCH) == 200
    assert service.answers("dispute-officer-2", *view) == {200}
    assert service.status("supervisor", "POST", "/v1/principals/client%2Fdispute-officer-2/freeze") == 200
    frozen = service.answers("dispute-officer-2", *view)
    assert service.status("supervisor", "POST", "/v1/principals/client%2Fdispute-officer-2/thaw") == 200

    assert (frozen, service.answers("dispute-officer-2", *view)) == ({403}, {200})


def test_every_worker_knows_a_decoy(service: Service) -> None:
    """Each person names it once, to a worker that the kernel chooses; one that did not know it would freeze no one."""
    phantom = "SF0000000001"
    planted = {"waybills": [phantom], "kind": "phantom"}
    assert service.status("privacy-officer", "POST", "/v1/decoys", planted) == 200
    time.sleep(WITHIN)  # nothing can be asked: who names it is frozen
    issuer = read_secret_file(service.running.state / DEVELOPMENT_ISSUER_KEY)
    people = [
        mint(issuer, sub=f"u-{at}", roles=["dispute-officer"], ttl=600, now=int(time.time())) for at in range(CALLS)
    ]
    named = [service.running.status(one, "GET", f"/v1/waybills/{phantom}") for one in people]

    def after() -> set[int]:
        return {service.running.status(one, "GET", f"/v1/waybills/{NUMBER}") for one in people}

    assert {*named} == {404}
    wait_for(lambda: after() == {403}, "every person is frozen", WITHIN)


def test_a_revoked_client_is_nobody_to_every_worker(service: Service) -> None:
    assert service.answers("tracking", "POST", "/v1/mask", BATCH) == {403}
    command("clients", "revoke", "tracking", "--state-dir", service.running.state)
    service.become({401}, "tracking", "POST", "/v1/mask", BATCH)


def test_a_changed_policy_holds_in_every_worker(service: Service) -> None:
    service.edit(lambda policy: policy["roles"]["auditor"]["permissions"].remove("case:read"))
    service.become({403}, "auditor", "GET", "/v1/cases")
    service.edit(lambda policy: policy["roles"]["auditor"]["permissions"].append("case:read"))
    service.become({200}, "auditor", "GET", "/v1/cases")


def test_a_faulty_policy_is_refused_with_an_alert_and_the_old_one_stays(service: Service) -> None:
    good = service.policy.read_text("utf-8")
    service.edit(lambda policy: policy["roles"].pop("auditor") and policy.update(retentoin={}))
    wait_for(lambda: len(service.events("policy-refused")) == 2, "each worker refuses it", WITHIN)
    held = service.answers("auditor", "GET", "/v1/cases")
    told = len(service.events("policy-refused"))
    service.put(good)

    assert (held, told) == ({200}, 2)  # once in each worker
    assert {event["kind"] for event in service.events("alert")} >= {"policy-refused"}


def test_whoever_guesses_is_frozen_by_all_workers_together_and_the_receiver_hears_of_it(service: Service) -> None:
    guesses = {"waybills": [f"SF99999999{at:02}" for at in range(10)]}
    answered = [service.status("courier-2", "POST", "/v1/waybills/view", guesses) for _ in range(11)]
    wait_for(lambda: any(b'"misses"' in body for _, _, body in service.receiver.received), "the alert arrives")
    alert = next(json.loads(body) for _, _, body in service.receiver.received if b'"misses"' in body)

    assert answered == [200] * 10 + [403]
    assert alert["principal"] == "client/courier-2"


def test_metrics_are_of_all_workers_whichever_is_asked(service: Service) -> None:
    sample = 'masking_requests_total{method="GET",route="/healthz",status="200"}'
    before = service.metrics().get(sample, 0.0)
    for _ in range(CALLS):
        service.running.status(None, "GET", "/healthz")

    assert {service.metrics()[sample] - before for _ in range(10)} == {CALLS}
    pids = {re.sub(r"\D", "", path.name) for path in (service.running.state / "metrics").glob("counter_*.db")}
    assert len(pids) == 2
