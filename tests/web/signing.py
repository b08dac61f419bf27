"""People with keys of their own: enrolled as a browser does it, and with signatures over what they do."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from masking_service.service.acts.state import PersonKey, as_approved
from tests.authenticators import ORIGIN, RP_ID, Authenticator, Maker
from tests.service.people.policies import Edit, put
from tests.web.api import Api, Json, content

ACTS = [
    "detokenize",
    "case-open",
    "case-approve",
    "case-deny",
    "case-close",
    "erase",
    "freeze",
    "unfreeze",
    "decoy-plant",
    "decoy-list",
    "decoy-remove",
    "unrestrict",
    "key-approve",
    "key-deny",
    "key-revoke",
    "device-approve",
    "device-deny",
    "device-revoke",
]

SIGNED = [
    "detokenize",
    "case-approve",
    "case-deny",
    "erase",
    "unfreeze",
    "key-approve",
    "decoy-plant",
    "decoy-remove",
    "unrestrict",
    "hold-set",
    "device-approve",
]
"""Those that lead to values or keys."""


def signed(acts: list[str] | None = None, **more: Any) -> Edit:
    """Edits the default policy: these acts have to be signed."""
    return put("signed", {"rp_id": RP_ID, "origins": [ORIGIN], "acts": ACTS if acts is None else acts, **more})


class Person:
    """A signed-in person with a key.

    Attributes:
        id: of the principal.
        token: the access token.
        key: the authenticator.
    """

    def __init__(self, api: Api, role: str, sub: str, key: Authenticator | None = None, **more: Any) -> None:
        self.api = api
        self.id = f"dev/{sub}"
        self.tenant = more.get("tenant", "default")
        self.token = api.mint(role, sub, **more)
        self.key = key or Authenticator()

    def post(self, path: str, body: object = None, **more: Any) -> TestResponse:
        return self.api.post(self.token, path, body, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.api.get(self.token, path, **more)

    def enrol(self, maker: Maker | None = None, name: str = "work laptop") -> TestResponse:
        options = content(self.post("/v1/me/keys/options", {}))
        credential = self.key.create(options["publicKey"], maker)
        body = {"name": name, "options": options["options"], "credential": credential}
        return self.post("/v1/me/keys", body)

    def bootstrap(self) -> Person:
        """Enrol, and be approved as the command line does it."""
        content(self.enrol(), 201)
        parts = self.api.parts
        waiting = parts.keyholders.requests_question(self.tenant, 0)
        parts.store.ask(waiting)
        request = next(one for one in waiting.answer() if one.id == self.key.key_id)
        key = as_approved(PersonKey, request, "service/command-line", (), request.since, works_from=request.since)
        assert parts.keyholders.prepare_key(self.tenant, self.id, key).write()
        assert parts.keyholders.prepare_settled(self.tenant, key.id, 0).write()
        return self

    def approved_by(self, approver: Person) -> Person:
        """Enrol, and be approved by another person's signature."""
        content(self.enrol(), 201)
        content(approver.approve(self))
        return self

    def approve(self, other: Person, **change: Any) -> TestResponse:
        signature = self.sign({"act": "key-approve", "principal": other.id, "key": other.key.key_id})
        path = f"/v1/principals/{other.id}/keys/{other.key.key_id}/approve"
        return self.post(path, {"code": other.key.code, "signed": signature, **change})

    def decide(self, other: Person, what: str) -> TestResponse:
        """Deny or revoke another person's key."""
        act = {"act": f"key-{what}", "principal": other.id, "key": other.key.key_id}
        path = f"/v1/principals/{other.id}/keys/{other.key.key_id}/{what}"
        return self.post(path, {"signed": self.sign(act)})

    def own_keys(self) -> list[Json]:
        """Return the keys that the person sees of their own."""
        found: list[Json] = content(self.get("/v1/me/keys"))["keys"]
        return found

    def propose(self, act: Json) -> Json:
        return content(self.post("/v1/acts", act))

    def sign(self, wanted: Json, /, **change: Any) -> Json:
        return self.key.sign(self.propose(wanted), **change)

    def open(self, *items: Json, case: str = "D-1", signature: Json | None = None) -> TestResponse:
        call = {"purpose": "dispute", "case": case, "items": list(items)}
        return self.post("/v1/detokenize", call | {"signed": signature or self.sign({"act": "detokenize", **call})})
