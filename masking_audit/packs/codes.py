"""The names of codes in the documents, in Chinese beside the code. The desk takes the same names."""

import re
from collections.abc import Mapping
from typing import Final

from masking_service.audit.names import ACTIONS, KINDS, OUTCOMES, PURPOSES, ROLES
from masking_service.texts import Language, Text

_NEEDS: Final = {"case": Text("case"), "approval": Text("approval")}
_NOW: Final = {"frozen": Text("frozen"), "no": Text("no"), "API key": Text("API key"), "revoked": Text("revoked")}
_KEYS: Final = {
    "opens": Text("can be opened"),
    "shredded": Text("shredded"),
    "hold": Text("legal hold"),
    "permit": Text("permit for pseudonyms"),
}
NAMES: Final[Mapping[str, Mapping[str, Text]]] = {
    "role": ROLES,
    "purpose": PURPOSES | ACTIONS,
    "action": ACTIONS,
    "outcome": OUTCOMES,
    "kind": KINDS,
    "state": _KEYS,
    "day": _KEYS,
    "what": _NOW,
    "value": _NOW,
}
"""The codes of a column, by its header. A code without a name is from a custom policy."""
NAMES_OF_WORDS: Final[Mapping[str, Mapping[str, Text]]] = {
    "kinds": KINDS,
    "full": KINDS,
    "opens": PURPOSES | KINDS | _NEEDS,
}
"""The same where a cell lists several."""
_WORD: Final = re.compile(r"[a-z]+")


def named(header: str, cell: object, language: Language) -> object:
    """Return a cell with the names of its codes, in languages other than that of the codes."""
    if language == "en" or not isinstance(cell, str):
        return cell
    if header in NAMES_OF_WORDS:
        names = NAMES_OF_WORDS[header]
        return _WORD.sub(lambda word: _with_name(word[0], names, language), cell)
    return _with_name(cell, NAMES.get(header, {}), language)


def _with_name(code: str, names: Mapping[str, Text], language: Language) -> str:
    return f"{code}（{names[code].in_language(language)}）" if code in names else code
