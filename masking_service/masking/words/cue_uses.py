"""The words beside names, and what each of them is: a role, a title, a verb.

A word may be several of these, so its uses are bits.
"""

from collections.abc import Iterable
from typing import Final

from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.alternatives import by_char
from masking_service.masking.words.legal_forms import HAN_FORMS

ROLE, WEAK, TITLE, SHORT, VERB, ORGANISATION, ROOM, CALLED = (1 << bit for bit in range(8))


def _uses_of(*groups: tuple[int, Iterable[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for use, words in groups:
        for word in words:
            found[word] = found.get(word, 0) | use
    return found


_SPACED_ROLES: Final = [
    gap.join(word)
    for word in ("姓名", "收件人", "收货人", "联系人", "签收人", "寄件人")
    for gap in (" ", "  ", "\u3000")
]
"""Labels of forms, with a space in them: 姓 名."""
BEFORE_NAMES: Final = _uses_of(
    (ROLE, (*cues.ROLES, *_SPACED_ROLES)),
    (WEAK, cues.WEAK),
    (ORGANISATION, (*HAN_FORMS, "物业", "部")),
    (ROOM, "室房"),
    (CALLED, "姓"),
)
BEHIND_NAMES: Final = _uses_of((TITLE, cues.TITLES), (SHORT, cues.SHORT_TITLES), (VERB, cues.VERBS))
ANNOUNCING: Final = by_char((*cues.ROLES, *cues.WEAK), -1)
"""Words that announce a name, by their last character."""
LABELS: Final = by_char((word.lower() for word in cues.LABELS), -1)
"""Labels of numbers by their last character."""
