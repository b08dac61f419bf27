"""Records on their way into the vault, and what becomes of each. Asks nothing of the store."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from keys.keyring import IndexLayers
from masking_service.service.search.findable import NOWHERE, Findable, findable_of
from masking_service.service.search.index import Indexed
from masking_service.service.state.sealed import StoredValue
from masking_service.service.waybills.records import Record
from masking_service.store.layout import MAX_REVISIONS, record_key

ONE_LAYER: Final = IndexLayers(0)

Refusal = Literal["conflict", "erased", "revision-limit", "quota-exceeded", "unavailable"]
"""Why a record is not stored: other values are, the number was erased, 16 revisions exist, a budget is spent, or the
number is known at an intake host and the opening tier did not answer."""
UNAVAILABLE: Final[Refusal] = "unavailable"


class Stored(msgspec.Struct, frozen=True, gc=False):
    """Where a record is stored: its waybill's base (12 B), the revision, and whether this call created it."""

    base: bytes
    revision: int
    record: Record
    created: bool


class Draft(msgspec.Struct):
    """A record that is about to be stored.

    Attributes:
        base: of its waybill.
        stem: where this process writes it, see `Stems`.
        record: what is stored.
        revision: where it goes, as far as is known.
        compared: whether it was compared with values that are stored.
        outcome: what became of it; None as long as it has to be written.
        number: its waybill's number, normalised.
        findable: by what a search finds it.
        newest: the revision and record that it was compared with.
        custody: the sealed custody of its waybill, as far as is known.
        added: the index entries that were written for it.
        other: where its waybill may be stored, too, while the index secret is rotated; else empty.
        layers: which index secrets the two are under.
        claimed: the revision at whose older place another process has a claim: it is written at the newer one.
        follows: place and sealed value of the held record that it revises. It is written only while they are so.
    """

    base: bytes
    stem: bytes
    record: Record
    revision: int = 0
    compared: bool = False
    outcome: Stored | Refusal | None = None
    number: str = ""
    findable: Findable = NOWHERE
    newest: tuple[int, Record] | None = None
    custody: StoredValue | None = None
    added: Indexed | None = None
    other: bytes = b""
    layers: IndexLayers = ONE_LAYER
    claimed: int = -1
    follows: tuple[bytes, bytes | None] | None = None

    def __repr__(self) -> str:
        return "<Draft>"

    @property
    def place(self) -> bytes:
        """The key that it is written to."""
        return record_key(self.other if self.claimed == self.revision else self.stem, self.revision)

    @property
    def older_place(self) -> bytes:
        """The key that is looked at before it is written; empty where it is the only one or the older one itself."""
        return record_key(self.other, self.revision) if self.other and not self.layers.other_is_newer else b""

    @property
    def created(self) -> bool:
        """Whether this call has stored it."""
        return isinstance(self.outcome, Stored) and self.outcome.created

    def index(self, header: bytes) -> Indexed:
        """Return the index entries that are written with it, and remember them.

        Args:
            header: of the envelope that the record is sealed in.
        """
        self.added = Indexed(self.number, self.base, self.revision, self.record.expires_at, header, self.findable)
        return self.added

    @property
    def revises(self) -> bool:
        """Whether it is about to be written as a revision, or is the newest one already."""
        if isinstance(self.outcome, Stored):
            return self.outcome.revision > 0
        return self.outcome is None and self.revision > 0


def decide(drafts: Iterable[Draft], newest: dict[bytes, tuple[int, Record]], *, revise: bool) -> None:
    """Compare drafts, in their order, with the newest revisions of their waybills.

    Args:
        newest: by stem, the newest revision and its record. Drafts that are to be written are added.
        revise: whether other values become a new revision.
    """
    for draft in drafts:
        draft.compared, draft.outcome, draft.revision, draft.newest = False, None, 0, None
        if draft.stem in newest:
            draft.newest = revision, stored = newest[draft.stem]
            draft.outcome = _compare(draft, revision, stored, revise=revise)
            draft.compared = draft.outcome != "erased"
            if draft.outcome is None:
                draft.revision, draft.record = revision + 1, draft.record.revising(stored)
        if draft.outcome is None:
            newest[draft.stem] = draft.revision, draft.record


def _compare(draft: Draft, revision: int, stored: Record, *, revise: bool) -> Stored | Refusal | None:
    if stored.erased or stored.shredded:
        return "erased"
    if stored.same_as(draft.record.body):
        return Stored(draft.base, revision, stored, created=False)
    if not revise:
        return "conflict"
    return "revision-limit" if revision + 1 == MAX_REVISIONS else None


def index_entries(drafts: Iterable[Draft]) -> tuple[list[Indexed], list[Indexed]]:
    """Return the index entries that were written for compared drafts, and those that should be there instead.

    Those of a record that is about to be written come with it.
    """
    compared = [draft for draft in drafts if draft.findable and draft.newest is not None and draft.outcome is not None]
    right: list[Indexed] = []
    for draft in compared:
        revision, stored = draft.newest or (0, draft.record)
        found_by = draft.findable
        if not isinstance(draft.outcome, Stored):
            found_by = findable_of(stored, found_by.site).within(found_by)
            if draft.custody is None:
                # A refused record sets no custody. An entry that is the same as ours may be of a call that does.
                same = draft.added is not None and draft.added.header == stored.header
                ours = draft.findable.endings if same else ()
                endings = tuple(ending for ending in found_by.endings if ending in ours)
                found_by = msgspec.structs.replace(found_by, endings=endings)
        if stored.header:
            right.append(Indexed(draft.number, draft.base, revision, stored.expires_at, stored.header, found_by))
    return [draft.added for draft in compared if draft.added is not None], right
