"""Addresses and lines that others wrote, annotated: the training parts of two public corpora.

The addresses are those of Neural Chinese Address Parsing (Li et al., NAACL 2019), in the repository
``leodotnet/neural-chinese-address-parsing``. The lines, a name, a phone and an address in any order without a sign, are
those of PaddleNLP's example for waybills, in ``qq1065507891/ChineseAddressNER`` under ``express_ner``. Neither names a
licence for its data, so none of it is kept here: the caller says where a copy is, and a digest that it is the same one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from bench.quality.corpus import Span, Text
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES

FILE: Final = "train.txt"
SHA256: Final = "a2eab8e29c8d114a7bde9ea881355e38d79a08b0f190c4e253ce0e1068b3d1ac"

_LABELS: Final = {
    "roomno": "room",
    "cellno": "unit",
    "floorno": "floor",
    "houseno": "building",
    "road": "road",
    "roadno": "road",
    "subroad": "road",
    "subroadno": "road",
    "country": "place",
    "prov": "place",
    "city": "place",
    "district": "place",
    "town": "place",
    "community": "place",
    "devzone": "place",
    "poi": "place",
    "subpoi": "place",
    "person": "person",  # companies and people: they may be hidden or not
}


LINES_SHA256: Final = "e74935f5ffd0a25d2c9326443082965efeb93c9e9434e13f66931e7022c7f73b"
_LINE_LABELS: Final = {"P": "name", "T": "phone", "A1": "place", "A2": "place", "A3": "place"}
"""Of person, phone, province, city and district; A4 is the rest of the address."""


class OtherCorpusError(Exception):
    """The file is another one than the figures are for."""


def load(folder: Path) -> list[Text]:
    """Read ``train.txt`` of the addresses, in the folder or in ``data/`` in it.

    Raises:
        OtherCorpusError: the file is not there, or its digest is another one.
    """
    return read(_content([folder / FILE, folder / "data" / FILE], SHA256))


def load_lines(folder: Path) -> list[Text]:
    """Read ``train.txt`` of the lines. Raises OtherCorpusError: the file is not there, or its digest is another one."""
    return read_lines(_content([folder / FILE], LINES_SHA256))


def _content(paths: list[Path], digest: str) -> str:
    there = [path for path in paths if path.is_file()]
    if not there:
        raise OtherCorpusError(f"there is no {FILE} in {paths[0].parent}")
    content = there[0].read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise OtherCorpusError(f"{there[0]} is not the {FILE} that the figures are for")
    return content.decode()


def read_lines(content: str) -> list[Text]:
    """One text for each line of characters and labels, a tab between them, parted by U+0002; the first is a heading.

    The form of a text says in which order name, phone and address are in it.
    """
    texts = []
    for number, line in enumerate(filter(None, content.split("\n")[1:])):
        characters, _, labels = line.partition("\t")
        spans: list[Span] = []
        order, at = "", 0
        for letters, label in zip(characters.split("\x02"), labels.split("\x02"), strict=True):
            kind = _LINE_LABELS.get(label[2:], "")
            part = {"name": "name", "phone": "phone"}.get(kind, "address")
            order += "" if label == "O" or order.endswith(part) else f" {part}"
            if label.startswith("I-") and spans and spans[-1].end == at and spans[-1].label == kind:
                spans[-1] = Span(spans[-1].start, at + len(letters), kind)
            elif kind:
                spans.append(Span(at, at + len(letters), kind))
            at += len(letters)
        text = characters.replace("\x02", "")
        given = [_given(text, span) for span in spans if span.label == "name"]
        texts.append(Text(f"lines/{number}", "text", order.strip(), "public", text, (*spans, *given)))
    return texts


def _given(text: str, name: Span) -> Span:
    double = text[name.start : name.start + 2] in DOUBLE_FAMILY_NAMES and name.end - name.start > len("欧阳")
    return Span(name.start + (2 if double else 1), name.end, "given")


def read(content: str) -> list[Text]:
    """One text for each block of lines ``CHARACTERS B-label`` or ``CHARACTERS I-label``."""
    texts = []
    for number, block in enumerate(content.split("\n\n")):
        text, spans = "", list[Span]()
        for line in filter(None, block.split("\n")):
            characters, _, tag = line.rpartition(" ")
            label = _LABELS.get(tag[2:].lower(), "")
            if tag.startswith("I-") and spans and spans[-1].end == len(text) and spans[-1].label == label:
                spans[-1] = Span(spans[-1].start, len(text) + len(characters), label)
            elif label:
                spans.append(Span(len(text), len(text) + len(characters), label))
            text += characters
        if text:
            texts.append(Text(f"public/{number}", "address", "public", "public", text, tuple(spans)))
    return texts
