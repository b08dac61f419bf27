"""The auditor of the stories: takes an export of the log, verifies it with the public key alone, and reads it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from keys.signatures import Verifier
from masking_audit.archive.export import export
from masking_audit.verify.verifier import Verification, verify
from masking_service.audit.streams import Streams
from tests.web.api import Api, Json
from tests.web.people import AUDITOR


class Auditor:
    """Reads what is in the log, and never asks the service what happened."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._public_key = api.parts.keyring.audit_signer.public_pem()

    def export(self) -> list[bytes]:
        """The whole log as lines."""
        return [*export(Streams(self._api.parts.store), self._api.parts.checkpoints.make())]

    def faults(self, lines: list[bytes] | None = None) -> list[str]:
        """What is wrong with an export, with the public key alone."""
        verification = Verification(Verifier(self._public_key))
        verify(lines or self.export(), verification)
        return [str(fault) for fault in verification.findings]

    def entries(self, action: str = "", **said: Any) -> list[Json]:
        """The entries of a log that is whole: those of one action, or that say this."""
        lines = self.export()
        assert self.faults(lines) == []
        found = [line["entry"] for line in map(msgspec.json.decode, lines) if "entry" in line]
        return [
            entry
            for entry in found
            if action in ("", entry["action"]) and all(entry.get(name) == value for name, value in said.items())
        ]

    def released(self, principal: str) -> int:
        """How many fields were ever released to a principal."""
        return sum(entry.get("count", 0) for entry in self.entries("detokenize", principal=principal))

    def openers_behind(self, principal: str) -> Counter[str]:
        """How many fields a principal opened under the cases of each opener."""
        openers = {entry["case"]: entry["principal"] for entry in self.entries("case-open", outcome="done")}
        opened = self.entries("detokenize", principal=principal, outcome="released")
        return Counter(dict.fromkeys(openers.values(), 0)) + Counter(
            {
                opener: sum(entry["count"] for entry in opened if openers.get(entry["case"]) == opener)
                for opener in {*openers.values()}
            }
        )

    def disclosures(self, number: str) -> Json:
        """Who saw values of a waybill, as the privacy office is told."""
        answered: Json = self._api.get(AUDITOR, f"/v1/waybills/{number}/disclosures").get_json()
        return answered
