"""Verifies people's signatures in a log: each covers its entry, by a key that others approved."""

import json
from collections import Counter
from collections.abc import Container
from typing import Final

from keys.errors import IntegrityError
from masking_audit.format.lines import EntryLine
from masking_audit.format.signed import verify_entry
from masking_audit.verify.findings import FindingKind, Findings

ACTED: Final = frozenset({"done", "released"})
"""Outcomes of acts that were done."""
BROKEN: Final = (IntegrityError, KeyError, TypeError, ValueError, AttributeError)
"""Errors of verifying an entry, whatever is in it."""


class PersonSignatures:
    """Verifies the signatures of entries, one by one.

    Args:
        findings: collects what is wrong.
        approvers: fingerprints of the keys to which every approval has to lead; None if any may.

    Attributes:
        signed, unsigned: how many acts of each name were done with a signature and without one.
        roots: how many signatures lead to each key that no signature approves.
    """

    def __init__(self, findings: Findings, approvers: Container[str] | None = None) -> None:
        self._findings = findings
        self._approvers = approvers
        self.signed: Counter[str] = Counter()
        self.unsigned: Counter[str] = Counter()
        self.roots: Counter[str] = Counter()

    def add(self, line: int, parsed: EntryLine) -> None:
        """Verify the signature of an entry, if it has one."""
        entry = json.loads(parsed.entry)
        if "signed" not in entry:
            if entry.get("outcome") in ACTED:
                self.unsigned[entry.get("action", "")] += 1
            return
        try:
            root = verify_entry(entry)
        except BROKEN:
            text = "the person's signature is not over this entry, or its key was not approved"
            self._findings.add_entry(FindingKind.UNSIGNED, line, parsed.writer, parsed.number, text)
            return
        if self._approvers is not None and root not in self._approvers:
            text = f"the key was approved by {root[:16]}…, which is not among the given approvers"
            self._findings.add_entry(FindingKind.UNSIGNED, line, parsed.writer, parsed.number, text)
        self.signed[entry["action"]] += 1
        self.roots[root] += 1
