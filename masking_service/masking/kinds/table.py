"""The table of the kinds of values, which everything that asks for them reads.

The kinds whose rules read each other are listed here. A kind whose rule reads no other is a module of this folder
with a `KIND`: it needs no entry anywhere.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from masking_service.masking import kinds
from masking_service.masking.kinds.kind import Kind
from masking_service.texts import Text

_TOGETHER: Final = (
    Kind(
        name="name",
        hide=("given", "middle", "all", "nothing"),
        example="欧阳娜娜",
        title=Text("name"),
        token=True,
        of_a_side=True,
    ),
    Kind(name="phone", hide=("all", "nothing"), example="13812345678", title=Text("phone"), token=True, of_a_side=True),
    Kind(
        name="address",
        hide=("unit", "detail", "all", "nothing"),
        example="华志路1685号3号楼2单元402室",
        title=Text("address"),
        token=True,
        of_a_side=True,
    ),
    Kind(name="unit", hide=("all", "nothing"), example="402", title=Text("unit and room"), token=True),
    Kind(
        name="text", hide=("found", "all"), example="微信同号13812345678，放门卫", title=Text("remark"), personal=False
    ),
    Kind(name="secret", hide=(), example="110101199003074610", title=Text("identity number"), of_a_side=True),
    Kind(name="virtual_phone", hide=("nothing", "all"), example="17012345678", title=Text("privacy number")),
)
_NOT_ALONE: Final = frozenset({"address", "kind", "name", "party", "phone", "table", "text"})
"""Modules of this folder that do not define a kind."""


def _alone() -> Iterator[Kind]:
    """Return the kinds whose rule reads no other kind, by name."""
    for name in sorted(module.name for module in iter_modules(kinds.__path__)):
        if name not in _NOT_ALONE:
            yield import_module(f"{kinds.__name__}.{name}").KIND


TABLE: Final[Mapping[str, Kind]] = {kind.name: kind for kind in (*_TOGETHER, *_alone())}

KINDS: Final = tuple(TABLE)
"""The kinds of mapped values."""

TOKEN_KINDS: Final = tuple(kind.name for kind in TABLE.values() if kind.token)
"""The kinds that get tokens; only these can be opened."""

PERSONAL: Final = frozenset(kind.name for kind in TABLE.values() if kind.personal)
"""The kinds that the name of a member may say."""

OF_A_PERSON: Final = PERSONAL - {"virtual_phone"}
"""The kinds among them that are a person's own. A privacy number is not: it belongs to a platform."""

OF_A_SIDE: Final = frozenset(kind.name for kind in TABLE.values() if kind.of_a_side)
"""The kinds of which the sender and the recipient each have a value."""
