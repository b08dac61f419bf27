"""What one principal saw in a period, and whose approval it had. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from masking_audit.format.entries import Entry
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.parts import PARTS, Part
from masking_service.audit.figures import NO_REFUSAL
from masking_service.masking.timestamps import rfc3339


@dataclass
class Incident:
    """Selects the entries of an incident, in two passes over the log.

    Args:
        principal: whom it is about.
        tenant: the tenant's hash, as in entries.
        begin, end: the period, in Unix seconds; `end` is outside.

    Attributes:
        acts: the principal's entries in the period, by id.
        context: entries of the same cases, and freezes of the principal, by id.
        taken_back: ids of entries that are void.
    """

    principal: str
    tenant: str
    begin: int
    end: int
    acts: dict[str, Entry] = field(default_factory=dict)
    context: dict[str, Entry] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)
    _cases: set[str] = field(default_factory=set)

    def find_acts(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """First pass: find the principal's entries."""
        for name, entry in entries:
            if entry.tenant != self.tenant:
                continue
            if entry.principal == self.principal:
                self.taken_back.update(entry.takes_back)
                if self.begin <= entry.at < self.end:
                    self.acts[name] = entry
                    self._cases.add(entry.case)
        self._cases.discard("")

    def belongs(self, name: str, entry: Entry) -> bool:
        """Second pass: return whether an entry is part of the incident, and keep it if it is context."""
        if name in self.acts:
            return True
        if entry.tenant != self.tenant:
            return False
        of_case = PARTS.get(entry.action) is Part.CASES and entry.case in self._cases and entry.outcome == "done"
        freezes = PARTS.get(entry.action) is Part.FREEZES and entry.subject == self.principal
        takes_back = entry.principal == self.principal and not self.acts.keys().isdisjoint(entry.takes_back)
        if of_case or freezes:
            self.context[name] = entry
        return of_case or freezes or takes_back

    def document(self, source: Mapping[str, object], numbers: Mapping[str, str]) -> Document:
        """Return the document for people.

        Args:
            source: the values of the paragraph `source`.
            numbers: waybill numbers by their hashes, as far as they are known.
        """
        openings, views, refusals = [], [], []
        for name, entry in sorted(self.acts.items(), key=lambda one: (one[1].at, one[0])):
            when, approved = rfc3339(entry.at), " ".join(entry.approved_by)
            if entry.outcome not in NO_REFUSAL:
                refusals.append((when, entry.action, entry.outcome, entry.times, entry.case, name))
            for item in entry.items if name not in self.taken_back and entry.outcome == "released" else ():
                if item.outcome != "released":
                    continue
                waybill = (item.waybill, numbers.get(item.waybill, ""))
                if PARTS.get(entry.action) is Part.OPENINGS:
                    openings.append((when, *waybill, item.kind, item.field, entry.case, entry.purpose, approved, name))
                else:
                    views.append((when, *waybill, entry.profile, name))
        about: dict[str, object] = {"principal": self.principal, "begin": rfc3339(self.begin), "end": rfc3339(self.end)}
        totals: dict[str, object] = {
            "fields": len(openings),
            "waybills": len({row[1] for row in openings}),
            "cases": len({row[5] for row in openings} - {""}),
            "views": len(views),
            "refusals": sum(int(row[3]) for row in refusals),
        }
        cases, freezes = self._context()
        waybill_headers = ("when", "waybill", "number")
        return Document(
            "incident",
            [("about", about), ("source", dict(source)), ("totals", totals), ("hashes", {}), ("proof", {})],
            [
                PackTable(
                    "openings",
                    (*waybill_headers, "kind", "field", "case", "purpose", "approved-by", "entry"),
                    openings,
                ),
                PackTable("views", (*waybill_headers, "profile", "entry"), views),
                PackTable("cases", ("when", "case", "action", "by", "waybills", "entry"), cases),
                PackTable("refusals", ("when", "action", "outcome", "times", "case", "entry"), refusals),
                PackTable("freezes", ("when", "action", "by", "why", "entry"), freezes),
            ],
        )

    def _context(self) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """Return the rows of cases and of freezes."""
        cases: list[tuple[object, ...]] = []
        freezes: list[tuple[object, ...]] = []
        own = {name: entry for name, entry in self.acts.items() if PARTS.get(entry.action) is Part.CASES}
        for name, entry in sorted((self.context | own).items(), key=lambda one: (one[1].at, one[0])):
            when = rfc3339(entry.at)
            if PARTS.get(entry.action) is Part.FREEZES:
                freezes.append((when, entry.action, entry.principal, entry.purpose, name))
            elif entry.outcome == "done":
                named = len(entry.items) or ""
                cases.append((when, entry.case, entry.action, entry.principal, named, name))
        return cases, freezes
