"""Says what is masked of a table, and how. A plan can be pickled, compared and hashed, and holds no values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Self, get_args

from masking_service.arrow.permits import Permit
from masking_service.library import shipped_profiles
from masking_service.masking.kinds.table import KINDS
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.schema import Schema
from masking_service.masking.schemas import load_schemas
from masking_service.tables.headers import Told, lay_out

Mode = Literal["refuse", "guard", "hide", "pass"]

WAYBILL_NO: Final = "waybill_no"
"""Instead of a kind: the column of the record's own number, which stays in texts."""
UNMAPPED: Final = "unmapped"
"""Instead of a kind: the column stays, except for names and phones of its own row."""

_TARGETS: Final = (*KINDS, PARTY, WAYBILL_NO, UNMAPPED)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is masked of a table, and how.

    Attributes:
        columns: the kind of each column that is masked (``name``, ``phone``, ``address``, ``unit``, ``text``, ...;
            ``party`` for cells that hold several of them), ``waybill_no`` for the record's own number, or ``unmapped``
            for a column that is left as it is.
        profile: what still shows: a profile of the default policy by its name, or one that was parsed.
        unmapped: what happens to every other column. ``refuse``: a column that looks personal stops the job, all others
            are guarded. ``guard``: what is personal in them is masked. ``hide``: they are hidden whole. ``pass``: they
            stay, but for the names and phones of their own row.
        pseudonym: the permit whose pseudonyms replace the values of its kinds; all other columns are masked.
        schema: in place of `columns`, the schema whose members the columns are. See `of_schema`.

    Raises:
        ValueError: a kind, a profile or a mode is unknown, or nothing is named that would be masked.
    """

    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    profile: str | Profile = "label"
    unmapped: Mode = "refuse"
    schema: Schema | None = None
    pseudonym: Permit | None = None

    def __post_init__(self) -> None:
        """Check what is given."""
        if unknown := {*self.columns.values()} - {*_TARGETS}:
            raise ValueError(f"unknown kinds {sorted(unknown)}; there are {', '.join(_TARGETS)}")
        if self.schema is not None and self.columns:
            raise ValueError("a plan has columns or a schema, not both")
        if self.schema is None and {*self.columns.values()} <= {WAYBILL_NO, UNMAPPED}:
            raise ValueError("a plan needs at least one column with its kind")
        if list(self.columns.values()).count(WAYBILL_NO) > 1:
            raise ValueError("only one column holds the waybill number")
        if self.unmapped not in get_args(Mode):
            raise ValueError(f"unmapped must be one of {', '.join(get_args(Mode))}")
        if isinstance(self.profile, str) and self.profile not in shipped_profiles():
            raise ValueError(f"unknown profile; the known ones are {', '.join(shipped_profiles())}")

    @classmethod
    def of_schema(
        cls,
        schema: str | Schema,
        *,
        profile: str | Profile = "label",
        unmapped: Mode = "refuse",
        pseudonym: Permit | None = None,
    ) -> Self:
        """A plan for columns that are the members of a schema's records: structs and lists as the schema names them.

        Args:
            schema: a shipped schema by its name, or one that was parsed.
            profile, unmapped, pseudonym: as of `Plan`.

        Raises:
            ValueError: there is no such schema, profile or mode.
        """
        if isinstance(schema, str):
            known = load_schemas()
            if schema not in known:
                raise ValueError(f"unknown schema; the known ones are {', '.join(known)}")
            schema = known[schema]
        return cls({}, profile, unmapped, schema, pseudonym)

    @classmethod
    def from_header(
        cls,
        names: Sequence[str],
        *,
        profile: str | Profile = "label",
        unmapped: Mode = "refuse",
        pseudonym: Permit | None = None,
    ) -> Self:
        """A plan for columns whose names are matched as ``mask FILE`` matches headers.

        Args:
            names: of the columns, in order.
            profile, unmapped, pseudonym: as of `Plan`.

        Raises:
            ValueError: no name says what would be masked, or a profile or mode is unknown.
        """
        layout = lay_out(names, load_schemas()["standard"], Told())
        columns = {
            names[at]: PARTY if at in layout.parties else layout.kinds.get(at, WAYBILL_NO) for at in layout.places
        }
        if not layout.kinds:
            raise ValueError("no column's name says what would be masked: name the columns in Plan(columns={...})")
        return cls(columns, profile, unmapped, None, pseudonym)

    @property
    def rules(self) -> Profile:
        """The profile itself."""
        return shipped_profiles()[self.profile] if isinstance(self.profile, str) else self.profile
