"""Addresses that people wrote, annotated: the training part of Neural Chinese Address Parsing (Li et al., NAACL 2019).

The repository ``leodotnet/neural-chinese-address-parsing`` names no licence, so no line of it is kept here: the caller
says where a copy is, and a digest says that it is the same one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from bench.quality.corpus import Span, Text

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


class OtherCorpusError(Exception):
    """The file is another one than the figures are for."""


def load(folder: Path) -> list[Text]:
    """Read ``train.txt``, in the folder or in ``data/`` in it.

    Raises:
        OtherCorpusError: the file is not there, or its digest is another one.
    """
    paths = [path for path in (folder / FILE, folder / "data" / FILE) if path.is_file()]
    if not paths:
        raise OtherCorpusError(f"there is no {FILE} in {folder}")
    content = paths[0].read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise OtherCorpusError(f"{paths[0]} is not the {FILE} that the figures are for")
    return read(content.decode())


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
