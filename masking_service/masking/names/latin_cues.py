"""Has the parts of expressions for what is before a name in Latin letters, with a capital or in small letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from masking_service.masking.names.latin_bounds import TITLE, without_accents
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import any_of, by_first_letter


def in_both_spellings(words: Sequence[str]) -> set[str]:
    """Return words, and the longer ones without accents, too: żona means wife, but zona a zone."""
    return {
        spelling for word in words for spelling in (word, without_accents(word) if len(word) > len("żona") else word)
    }


def _with_space(words: Sequence[str]) -> tuple[str, ...]:
    """Return words, and those with a colon also with a space before it: Signé : Moreau."""
    return *words, *(f"{word[:-1]} :" for word in words if word.endswith(":"))


_CUES: Final = rf"(?i:{by_first_letter(cues.LATIN_CUES)})[.:：\s(\-–]{{1,3}}"
_BEFORE: Final = rf"(?i:{any_of(in_both_spellings(_with_space(cues.LATIN_BEFORE)))})[:：\s(\-–]{{1,3}}"
CUE: Final = rf"(?:{_CUES}|{_BEFORE}){TITLE}?|{TITLE}"
"""Part of a regular expression: a word that announces a person, with the signs behind it, or a title."""
CUE_BEFORE_SMALL: Final = rf"(?:{_BEFORE}|{_CUES}){TITLE}?|{TITLE}"
"""The same, the longest words first: do rąk własnych, before do rąk."""
PARTICLE: Final = (
    "(?:van (?:de[rn]? |het |'t )?|von (?:der |dem |den )?|ter |ten |te |tot |vom |zu[mr]? |de (?:la |los |las )?|del "
    "|della |de[ils] |da |das |do |dos |di |du |des |dal |op (?:de[rn]? |het |'t )|in (?:de[rn]? |het |'t )"
    "|aan (?:de[rn]? |het |'t )|la |le |lo |el |al |bin |binti |'[ts] )"
)
"""Part of a regular expression: small words that begin a family name: van der Pouw, de Wit, da Mota."""
SMALL_LETTER: Final = r"[a-z\u00df-\u024f\u0300-\u036f\u03ac-\u03ce\u0430-\u04ff\u1e00-\u1fff]"
