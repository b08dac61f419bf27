"""Verifies people's signatures in a log: each covers its entry, by a key that others approved."""

import json
from collections import Counter
from collections.abc import Container, Mapping
from typing import Any, Final

from keys.errors import IntegrityError
from masking_audit.format.lines import EntryLine
from masking_audit.format.signed import verify_entry
from masking_audit.verify.findings import FindingKind, Findings

ACTED: Final = frozenset({"done", "released"})
"""Outcomes of acts that were done."""
STEPS: Final = frozenset({"hold-set", "hold-lift"})
"""Acts of which one is several entries; only the first has the signature."""
BROKEN: Final = (IntegrityError, KeyError, TypeError, ValueError, AttributeError)
"""Errors of verifying an entry, whatever is in it."""


class PersonSignatures:
    """Verifies the signatures of entries, one by one.

    Args:
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
        self._begun: set[tuple[str, ...]] = set()

    def add(self, line: int, parsed: EntryLine) -> None:
        """Verify the signature of an entry, if it has one."""
        entry = json.loads(parsed.entry)
        goes_on = self._goes_on(parsed.writer, entry)
        if "signed" not in entry:
            if entry.get("outcome") in ACTED and not goes_on:
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

    def _goes_on(self, writer: str, entry: Mapping[str, Any]) -> bool:
        """Return whether an earlier entry began the same act."""
        if entry.get("action") not in STEPS or entry.get("outcome") not in ACTED:
            return False
        act = writer, *(str(entry.get(name)) for name in ("action", "case", "principal", "tenant", "request"))
        before = act in self._begun
        self._begun.add(act)
        return before
