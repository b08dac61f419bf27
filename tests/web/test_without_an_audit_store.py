"""No audit, no answer, on a real server: full, read-only, or gone. Masking goes on, and afterwards so does all else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from masking_service.dev.development import Development
from masking_service.runtime.background import Background, reporter
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import assemble
from masking_service.store.layout import ONE_SLOT
from tests.servers import Node, durable, wait_until
from tests.store.stores import ask
from tests.web.api import MASKED, NUMBER, PHONE, SITE, Api, record, refusal
from tests.web.people import COURIER, DESK, OFFICER, PRINTER, PRIVACY

pytestmark = pytest.mark.server

CASE = {"case": "D-2", "purpose": "dispute", "waybills": [NUMBER], "reason": "lost"}
PLANTED = ("13812345678", "张三", "华志路", "402室")


def fill(node: Node) -> None:
    ask(node.client, "CONFIG", "SET", "maxmemory", 1)


def make_room(node: Node) -> None:
    ask(node.client, "CONFIG", "SET", "maxmemory", 0)


def demote(node: Node) -> None:
    """A replica of a primary that is not there: it answers with what it has, and takes nothing."""
    ask(node.client, "REPLICAOF", "127.0.0.1", 1)


def promote(node: Node) -> None:
    ask(node.client, "REPLICAOF", "NO", "ONE")


Change = Callable[[Node], object]
WAYS: list[tuple[str, Change, Change]] = [
    ("full", fill, make_room),
    ("read-only", demote, promote),
    ("gone", Node.stop, Node.start),
]


class FailingStore:
    """A service that knows one waybill and an open case, and a store that can be made to fail."""

    def __init__(self, node: Node, api: Api, fail: Change, repair: Change) -> None:
        self.node, self.api = node, api
        self.entries = 0
        self._fail, self._repair = fail, repair

    def fail(self) -> None:
        self.entries = self.count()
        self._fail(self.node)

    def repair(self) -> None:
        self._repair(self.node)

    def count(self) -> int:
        """How many entries the store holds."""
        return sum(ask(self.node.client, "XLEN", key) for key in ask(self.node.client, "KEYS", ONE_SLOT.stream("*")))


@pytest.fixture(params=WAYS, ids=[name for name, _, _ in WAYS])
def failing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FailingStore]:
    _, fail, repair = request.param
    node = Node(tmp_path, durable()).start()
    with Development({"MASKING_STATE_DIR": str(tmp_path / "state"), "MASKING_REDIS_URL": node.url}) as made:
        parts = assemble(made.settings)
    admit_store(parts)
    background = Background(parts, reporter(parts.alerts))
    background.start()  # a server that was restarted is not used before it is verified
    api = Api(parts)
    api.tokenize(record(), custody={"site": SITE})
    api.open_case("D-1", NUMBER)
    api.opened(PHONE)
    yield FailingStore(node, api, fail, repair)
    background.stop()
    parts.store.close()
    if node.running.poll() is None:
        node.kill()
    node.client.close()


def unanswered(answered: Any) -> None:
    assert refusal(answered) == (503, "unavailable")
    assert [value for value in PLANTED if value in answered.text] == []


def test_nothing_is_opened_shown_or_refused_while_masking_continues(failing: FailingStore) -> None:
    api = failing.api
    failing.fail()

    unanswered(api.detokenize(PHONE))
    unanswered(api.get(COURIER, f"/v1/waybills/{NUMBER}"))
    unanswered(api.post(COURIER, "/v1/waybills/view", {"waybills": [NUMBER]}))
    unanswered(api.post(OFFICER, "/v1/detokenize", {"items": [PHONE]}))
    unanswered(api.get(PRINTER, f"/v1/waybills/{NUMBER}"))
    unanswered(api.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}"))
    unanswered(api.post(DESK, "/v1/cases", CASE))
    assert api.mask(record())[0]["record"]["sender"] == MASKED["sender"]

    failing.repair()
    assert failing.count() == failing.entries


def test_the_service_continues_after_the_store_is_back(failing: FailingStore) -> None:
    failing.fail()
    for _ in range(5):
        unanswered(failing.api.detokenize(PHONE))
    failing.repair()

    # The circuit breaker opens for half a second.
    wait_until(lambda: failing.api.detokenize(PHONE).status_code == 200, "values are opened again")
    assert failing.api.opened(PHONE)[0]["value"] == "13812345678"
    assert failing.count() > failing.entries
