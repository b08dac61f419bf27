"""Runs the contenders over the parts of the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from bench.quality import corpus, public
from bench.quality.contenders import (
    EXPRESSION,
    MAPPED,
    NAME,
    SERVICE,
    TAGGER,
    UNMAPPED,
    Contender,
    hand_rolled,
    service,
    tagger,
)
from bench.quality.corpus import Span, Text
from bench.quality.scores import ALL, Score, score


class Figures(msgspec.Struct):
    """One run.

    Attributes:
        digests: SHA-256 of the parts that were measured; ``public`` and ``lines`` only where a copy was at hand.
        sizes: texts by part.
        scores: by contender.
    """

    digests: dict[str, str]
    sizes: dict[str, int]
    scores: dict[str, list[Score]]


def measure(
    folder: Path | None = None,
    lines: Path | None = None,
    *,
    parts: Sequence[str] = corpus.PARTS,
    every: int = 1,
    beside: bool = True,
) -> Figures:
    """Score the masks.

    Args:
        folder: where a copy of the public addresses is.
        lines: where a copy of the public lines is.
        parts: which parts of the own corpus.
        every: take each text of so many.
        beside: score the other contenders, too.

    Raises:
        public.OtherCorpusError: there is no copy in a folder.
    """
    read = {part: corpus.load(part) for part in parts}
    digests = {part: corpus.digest(part) for part in parts}
    if folder is not None:
        read["public"] = public.load(folder)
        digests["public"] = public.SHA256
    if lines is not None:
        read["lines"] = public.load_lines(lines)
        digests["lines"] = public.LINES_SHA256
    read = {part: texts[::every] for part, texts in read.items()}
    contenders: dict[str, Contender | None] = {SERVICE: service}
    if beside:
        contenders |= {EXPRESSION: hand_rolled, TAGGER: tagger()}
    found = {
        name: [one for part, texts in read.items() for one in _scored(part, texts, contender)]
        for name, contender in contenders.items()
        if contender is not None
    }
    for name in found.keys() - {SERVICE}:
        found[name] = [one for one in found[name] if one.form == ALL]
    return Figures(digests, {part: len(texts) for part, texts in read.items()}, found)


def _scored(part: str, texts: Sequence[Text], contender: Contender) -> Iterator[Score]:
    for way in (MAPPED, UNMAPPED):
        yield from score(part, way, texts, contender(texts, way))
    names = list(_names(part, texts))
    yield from score(part, MAPPED, names, contender(names, MAPPED))


def _names(part: str, texts: Iterable[Text]) -> Iterator[Text]:
    """Each name of the texts as the value of a name's field."""
    seen: set[str] = set()
    for text in texts:
        for whole in text.spans:
            value = text.text[whole.start : whole.end]
            if whole.label != NAME or value in seen:
                continue
            seen.add(value)
            given = tuple(
                Span(one.start - whole.start, one.end - whole.start, one.label)
                for one in text.spans
                if one.label == "given" and whole.start <= one.start < whole.end
            )
            yield Text(f"{part}/names/{len(seen)}", NAME, "names", text.source, value, given)
