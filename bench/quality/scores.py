"""Compares masked texts with their annotation: what is shown that must not be, and what is hidden that must stay."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from bench.quality.contenders import Answer
from bench.quality.corpus import HIDE, STAY, Span, Text

STAR = "*"
MAX_EXAMPLES = 3
ALL = "all"

HIDDEN_DIGITS = 6
"""Of a phone, what GB/T 41833-2022 asks for at least; also where its area code shows."""

OTHER = "other"
"""Characters that belong to no span that has to be hidden, of texts in which something was hidden."""
CHANGED = "changed"
"""Texts that have to stay and did not."""
SILENT = "silent"
"""Units and floors abroad that are shown, and no warning says so."""
WARNED = "warned"
"""Addresses abroad with the warning that the unit was not recognised."""

_READ_WHOLE = ("given", "family", "id", "mail", "card", "plate", "account")
_NUMBERS = ("room", "unit", "floor")
_TELLING = re.compile(
    r"[0-9０-９A-Za-zⅠ-Ⅻ一二两三四五六七八九十百零〇甲乙丙丁东西南北左右首顶底架空負负\u0660-\u0669\u06f0-\u06f9]"
)
"""What tells a number apart; the words for room and unit beside it may be read."""


class Score(msgspec.Struct, omit_defaults=True):
    """How often one thing went wrong in the texts of one form.

    Attributes:
        part: ``dev``, ``held_out`` or ``public``.
        way: ``mapped`` or ``unmapped``.
        kind: ``text``, ``address``, ``foreign``, ``calm`` or ``name``.
        form: the form of writing; ``all`` for all of the kind.
        what: a label of a span, or one of OTHER, CHANGED, SILENT and WARNED.
        count: how many there are.
        wrong: how many of them are shown, or starred, although they must not be.
        examples: before and after, of those that went wrong.
    """

    part: str
    way: str
    kind: str
    form: str
    what: str
    count: int = 0
    wrong: int = 0
    examples: list[tuple[str, str]] = []

    @property
    def share(self) -> float:
        """Of all, those that went wrong."""
        return self.wrong / self.count if self.count else 0.0


def hidden(before: str, after: str) -> list[bool]:
    """For each character of a text, whether its mask hides it.

    A mask may be shorter than its text, because separators in a number go. Then the fewest characters that explain
    the difference count as hidden.
    """
    if len(before) == len(after):
        return [masked == STAR != original for original, masked in zip(before, after, strict=True)]
    rows, columns = len(before), len(after)
    worst = rows + columns
    # best[i][j]: characters missing where before[i:] became after[j:].
    best = [[worst] * (columns + 1) for _ in range(rows + 1)]
    best[rows][columns] = 0
    for i in range(rows - 1, -1, -1):
        for j in range(columns, -1, -1):
            fits = j < columns and (after[j] in (STAR, before[i]))
            best[i][j] = min(1 + best[i + 1][j], best[i + 1][j + 1] if fits else worst)
    if best[0][0] >= worst:
        return [True] * rows  # nothing of the text can be found again
    found, j = [], 0
    for i in range(rows):
        if j < columns and after[j] in (STAR, before[i]) and best[i + 1][j + 1] == best[i][j]:
            found.append(after[j] == STAR != before[i])
            j += 1
        else:
            found.append(True)
    return found


def score(part: str, way: str, texts: Sequence[Text], answers: Sequence[Answer]) -> list[Score]:
    """The scores of texts by form, and of all forms together."""
    scores: dict[tuple[str, str, str], Score] = {}
    for text, answer in zip(texts, answers, strict=True):
        for what, wrong, count in _judged(text, answer):
            for form in (text.form, ALL):
                key = text.kind, form, what
                one = scores.setdefault(key, Score(part, way, *key))
                one.count += count
                one.wrong += wrong
                if wrong and len(one.examples) < MAX_EXAMPLES:
                    one.examples = [*one.examples, (text.text, answer.text)]
    return list(scores.values())


def _judged(text: Text, answer: Answer) -> Iterator[tuple[str, int, int]]:
    """What is measured of one text: the thing, how many are wrong, how many there are."""
    if text.kind == "calm":
        yield CHANGED, answer.text != text.text, 1
        return
    hides = hidden(text.text, answer.text)
    for span in text.spans:
        if span.label in HIDE:
            yield span.label, _shown(text.text, span, hides), 1
        elif span.label in STAY:
            yield span.label, any(hides[span.start : span.end]), 1
    if text.kind == "foreign":
        units = [span for span in text.spans if span.label in _NUMBERS]
        if units:
            shown = any(_shown(text.text, span, hides) for span in units)
            yield SILENT, shown and not answer.warned, 1
        yield WARNED, answer.warned, 1
    if any(hides):
        covered = {at for span in text.spans if span.label in HIDE or span.label == "person" for at in _range(span)}
        others = [at for at, letter in enumerate(text.text) if at not in covered and not letter.isspace()]
        yield OTHER, sum(hides[at] for at in others), len(others)


def _shown(text: str, span: Span, hides: Sequence[bool]) -> bool:
    """Whether what a span names can be read."""
    if span.label == "phone":
        digits = [at for at in _range(span) if text[at].isdigit()]
        return sum(hides[at] for at in digits) < min(HIDDEN_DIGITS, len(digits))
    if span.label in _READ_WHOLE:
        return not any(hides[span.start : span.end])
    telling = [at for at in _range(span) if _TELLING.match(text[at])] or list(_range(span))
    if span.label == "floor" and len(telling) > 1 and text[telling[-1]] in "Ff":
        telling.pop()  # 12F: the word, as 楼 and 层
    return any(not hides[at] for at in telling)


def _range(span: Span) -> range:
    return range(span.start, span.end)


def by_key(scores: Iterable[Score]) -> dict[tuple[str, str, str, str], list[Score]]:
    """Scores by part, way, kind and what."""
    found: dict[tuple[str, str, str, str], list[Score]] = defaultdict(list)
    for one in scores:
        found[one.part, one.way, one.kind, one.what].append(one)
    return found
