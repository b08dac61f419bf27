"""People with devices of their own: enrolled as an app does it, with proofs of what they call."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from werkzeug.test import TestResponse

from masking_service.service.acts.state import as_approved
from masking_service.service.devices import state
from tests.devices import URL, Device
from tests.service.people.policies import Edit, put
from tests.web.api import SITE, Api, Json, content

INDEXES = {"phone": True, "last4": True}
CALLS = ["waybill-view", "call", "search"]


def proven(calls: list[str] | None = None, **more: Any) -> Edit:
    """Edits the default policy: these calls have to be proven."""
    return put("devices", {"urls": [URL], "proof": CALLS if calls is None else calls, **more})


class Proving:
    """A signed-in person with a device.

    Attributes:
        id: of the principal.
        token: the access token.
        device: what makes the proofs.
        nonce: the newest that the service gave; empty at first.
    """

    def __init__(self, api: Api, role: str = "courier", sub: str = "c-1", device: Device | None = None, **more: Any):
        self.api = api
        self.id = f"dev/{sub}"
        self.tenant = more.get("tenant", "default")
        self.token = api.mint(role, sub, **({"sites": [SITE]} | more))
        self.device = device or Device()
        self.nonce = ""

    def once(
        self, method: str, path: str, body: object = None, *, proof: str | None = None, **change: Any
    ) -> TestResponse:
        """One attempt, with a proof that is made for it."""
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        if proof is None:
            proof = self.prove(method, path, data, **change)
        answered = self.api.call(self.token, method, path, data=data or None, headers={"DPoP": proof})
        self.nonce = answered.headers.get("DPoP-Nonce", self.nonce)
        return answered

    def prove(self, method: str, path: str, data: bytes = b"", **change: Any) -> str:
        return self.device.prove(self.token, method, path, data, **({"nonce": self.nonce or None} | change))

    def send(self, method: str, path: str, body: object = None) -> TestResponse:
        """Call as an app does: again with the nonce, where the service asks for that."""
        answered = self.once(method, path, body)
        if answered.status_code == 401 and answered.get_json()["code"] == "device-proof-required":
            answered = self.once(method, path, body)
        return answered

    def view(self, number: str) -> TestResponse:
        return self.send("GET", f"/v1/waybills/{number}")

    def enrol(self, name: str = "round phone") -> TestResponse:
        return self.send("POST", "/v1/me/devices", {"name": name})

    def bootstrap(self) -> Proving:
        """Enrol, and be approved as the command line does it."""
        content(self.enrol(), 201)
        parts = self.api.parts
        waiting = parts.devices.requests_question(self.tenant, 0)
        parts.store.ask(waiting)
        request = next(one for one in waiting.answer() if (one.id, one.principal) == (self.device.id, self.id))
        device = as_approved(state.Device, request, "service/command-line", (), request.since)
        assert parts.devices.prepare_key(self.tenant, self.id, device).write()
        assert parts.devices.prepare_settled(self.tenant, device.id, 0).write()
        return self

    def path(self, what: str) -> str:
        return f"/v1/principals/{quote(self.id, safe='')}/devices/{self.device.id}/{what}"

    def own(self) -> list[Json]:
        found: list[Json] = content(self.api.get(self.token, "/v1/me/devices"))["devices"]
        return found
