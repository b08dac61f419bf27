"""Which requests of intake hosts the opening tier reads at all."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

from masking_service.server.forward_port import _Handler
from masking_service.service.tiers.forwarding import PATH
from tests.every import every


class Asked(_Handler):
    """A request that came in without a connection; its body is no message."""

    def __init__(self, host: str | None, path: str, length: str) -> None:
        self.server: Any = SimpleNamespace(host_of=lambda _: host)
        self.request: Any = SimpleNamespace(getpeercert=lambda binary_form: b"")
        self.headers: Any = {"Content-Length": length}
        self.path = path
        self.rfile: Any = io.BytesIO()
        self.status = 0

    def _answer(self, status: int, body: bytes) -> None:
        self.status = status


@every(
    ("host", "path", "length", "status"),
    [
        ("intake-1", PATH, "16777216", 400),
        ("intake-1", PATH, "16777217", 413),
        ("intake-1", PATH, "99999999", 413),
        ("intake-1", PATH, "100000000", 403),
        ("intake-1", PATH, "", 403),
        ("intake-1", PATH, "-1", 403),
        ("intake-1", PATH, "１", 403),
        ("intake-1", f"{PATH}/", "1", 403),
        (None, PATH, "1", 403),
    ],
)
def test_only_a_message_of_an_enrolled_host_of_at_most_16_mib_is_read(
    host: str | None, path: str, length: str, status: int
) -> None:
    asked = Asked(host, path, length)

    asked.do_POST()

    assert asked.status == status
