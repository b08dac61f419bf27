"""The texts and addresses that the masks are scored on: invented, each with the spans that must be hidden or stay.

``written/*.txt`` are the sources, as people write them; ``dev.ndjson`` and ``held_out.ndjson`` are made from them by
``python -m bench.quality.corpus``. A line without slots is one text, written by hand; a line with slots is the pattern
of several. Every choice comes from a generator seeded with the line itself, so a line more changes no other text.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
PARTS: Final = ("held_out", "dev")

MARKS: Final = {
    "n": "name",
    "k": "family",
    "p": "phone",
    "r": "room",
    "u": "unit",
    "f": "floor",
    "i": "id",
    "m": "mail",
    "c": "card",
    "v": "plate",
    "a": "account",
    "O": "order",
    "R": "road",
    "L": "place",
    "B": "word",
    "H": "building",
}
"""Letter of a mark in a source, and the label of its span. Capitals mark what has to stay."""

STAY: Final = frozenset(label for letter, label in MARKS.items() if letter.isupper())
HIDE: Final = frozenset({*MARKS.values(), "given"} - STAY - {"name"})

_DOUBLE: Final = (
    "欧阳",
    "歐陽",
    "上官",
    "司马",
    "司馬",
    "诸葛",
    "諸葛",
    "皇甫",
    "尉迟",
    "令狐",
    "慕容",
    "司徒",
    "公孙",
    "端木",
)
_MARK: Final = re.compile(r"\{([A-Za-z])([^{}]*)\}")
_SLOT: Final = re.compile(r"<([a-z_]+\d*|\d+(?:-\d+)?)>")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_PART: Final = re.compile(r"[^\s·．.•・‧-]+")


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of a text, and what they are."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Text:
    """One text of the corpus.

    Attributes:
        id: part, form and number; stable as long as its line is.
        kind: ``text`` (a remark or trace), ``address``, ``foreign`` (an address abroad) or ``calm`` (has to stay).
        form: the form of writing.
        source: ``hand`` or ``pattern``.
        text: the text itself.
        spans: what is in it.
    """

    id: str
    kind: str
    form: str
    source: str
    text: str
    spans: tuple[Span, ...]


@dataclass
class _Source:
    slots: dict[str, list[str]] = field(default_factory=dict)
    forms: list[tuple[str, str, int, list[str]]] = field(default_factory=list)


def load(part: str) -> list[Text]:
    """The texts of ``dev`` or ``held_out``, as they are committed."""
    return [_text(json.loads(line)) for line in path(part).read_text("utf-8").splitlines()]


def path(part: str) -> Path:
    """The file that holds a part."""
    return HERE / f"{part}.ndjson"


def digest(part: str) -> str:
    """SHA-256 of a part's file, in hex."""
    return hashlib.sha256(path(part).read_bytes()).hexdigest()


def make(part: str) -> Iterator[Text]:
    """Make the texts of a part from its sources; the same ones each time."""
    source = _Source()
    for name in ("words", f"{part}_slots", part, f"{part}_foreign"):
        _read(HERE / "written" / f"{name}.txt", source)
    seen: set[str] = set()
    for kind, form, repeat, lines in source.forms:
        number = 0
        for line in lines:
            made = bool(_SLOT.search(line))
            chance = random.Random(f"{part}/{form}/{line}")
            for _ in range(repeat if made else 1):
                text, spans = marked(_filled(line, source.slots, chance))
                if text in seen:
                    continue
                seen.add(text)
                number += 1
                yield Text(
                    f"{part}/{form}/{number}",
                    kind,
                    form,
                    "pattern" if made else "hand",
                    text.replace("\\n", "\n"),
                    spans,
                )


def line(text: Text) -> str:
    """One text as a line of NDJSON."""
    spans = [[span.start, span.end, span.label] for span in text.spans]
    return json.dumps(
        {"id": text.id, "kind": text.kind, "form": text.form, "source": text.source, "text": text.text, "spans": spans},
        ensure_ascii=False,
    )


def _text(mapping: dict[str, Any]) -> Text:
    return Text(**{**mapping, "spans": tuple(Span(*span) for span in mapping["spans"])})


def _read(file: Path, source: _Source) -> None:
    """Read ``@slot word …``, ``@slot: one value``, ``= kind form [repeat]`` and texts; ``##`` is a comment."""
    for raw in file.read_text("utf-8").splitlines():
        if not raw.strip() or raw.startswith("##"):
            continue
        if raw.startswith("@"):
            head, _, rest = raw[1:].partition(" ")
            values = [rest] if head.endswith(":") else rest.split()
            source.slots.setdefault(head.rstrip(":"), []).extend(values)
        elif raw.startswith("= "):
            kind, form, *repeat = raw[2:].split()
            source.forms.append((kind, form, int(repeat[0]) if repeat else 1, []))
        else:
            source.forms[-1][3].append(raw)


def _filled(line: str, slots: dict[str, list[str]], chance: random.Random) -> str:
    """Fill every slot; a value may have slots of its own."""

    def fill(found: re.Match[str]) -> str:
        slot = found[1]
        if slot[0].isdigit():
            low, _, high = slot.partition("-")
            return str(chance.randint(int(low), int(high or low)))
        if slot[:-2] == "digits":
            return _digits(int(slot[-2:]), chance)
        if slot[:-2] == "card":
            return _card(int(slot[-2:]), chance)
        return _filled(chance.choice(slots[slot]), slots, chance)

    return _SLOT.sub(fill, line)


def _digits(count: int, chance: random.Random) -> str:
    return str(chance.randint(1, 9)) + "".join(chance.choices("0123456789", k=count - 1))


def _card(count: int, chance: random.Random) -> str:
    """A bank card's number with its check digit."""
    body = "62" + _digits(count - 3, chance)
    doubled = (int(digit) * (2 - number % 2) for number, digit in enumerate(reversed(body)))
    return f"{body}{-sum(sum(divmod(value, 10)) for value in doubled) % 10}"


def marked(source: str) -> tuple[str, tuple[Span, ...]]:
    """Text and spans of a text with marks."""
    source = source.replace("\\n", "\n")
    text, spans, last = "", [], 0
    for found in _MARK.finditer(source):
        text += source[last : found.start()]
        last = found.end()
        label, value = MARKS[found[1]], found[2]
        start = len(text)
        text += value.replace("|", "")
        spans.append(Span(start, len(text), label))
        if label == "name":
            spans.extend(Span(start + begin, start + end, "given") for begin, end in _given(value))
    return text + source[last:], tuple(spans)


def _given(name: str) -> Iterator[tuple[int, int]]:
    """Where the given names of a name are: behind ``|``, else behind the family name or each first letter."""
    if "|" in name:
        yield name.index("|"), len(name) - 1
    elif _HAN.match(name) and len(parts := list(_PART.finditer(name))) == 1:
        yield 2 if name.startswith(_DOUBLE) and len(name) > 2 else 1, parts[0].end()
    else:
        for number, part in enumerate(_PART.finditer(name)):
            if part.end() - part.start() > (number == 0):
                yield part.start() + (number == 0), part.end()


def main() -> None:
    """Write both parts, and their digests."""
    digests = []
    for part in PARTS:
        path(part).write_text("".join(f"{line(text)}\n" for text in make(part)), "utf-8")
        digests.append(f"{digest(part)}  {path(part).name}\n")
    (HERE / "SHA256SUMS").write_text("".join(digests), "utf-8")
    print("".join(digests), end="")


if __name__ == "__main__":
    main()
