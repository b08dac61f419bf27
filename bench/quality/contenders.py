"""Who masks the texts: the service, a hand-rolled expression, and a general tagger."""

from __future__ import annotations

import importlib
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.quality import expression
from bench.quality.corpus import Text
from masking_service import mask

BATCH: Final = 500
MAPPED: Final = "mapped"
UNMAPPED: Final = "unmapped"
NAME: Final = "name"
SERVICE: Final = "service"
EXPRESSION: Final = "expression"
TAGGER: Final = "jieba.posseg"
WITHOUT_TAGGER: Final = "jieba is not installed (pip install jieba): the tagger is not measured."

_FIELDS: Final = {"text": "remark", "calm": "remark", NAME: "name", "address": "address", "foreign": "address"}
_NOT_RECOGNISED: Final = "unit-not-recognised"


@dataclass(frozen=True)
class Answer:
    """What came back for one text.

    Attributes:
        text: the text with stars.
        warned: True if the caller was told that the unit was not recognised.
    """

    text: str
    warned: bool = False


Contender = Callable[[Sequence[Text], str], list[Answer]]
"""Masks texts of one kind in a mapped or an unmapped member."""


def service(texts: Sequence[Text], way: str) -> list[Answer]:
    """The service under the profile ``label``."""
    answers = []
    for batch in _batched(texts):
        records = [_record(text, way) for text in batch]
        for text, masked in zip(batch, mask(records, schema="standard", profile="label"), strict=True):
            if masked.record is None:
                raise RuntimeError(f"{text.id} was refused: {masked.errors}")
            answers.append(
                Answer(_value(masked.record, text, way), any(code == _NOT_RECOGNISED for _, code in masked.warnings))
            )
    return answers


def hand_rolled(texts: Sequence[Text], _way: str) -> list[Answer]:
    """The expressions of `bench.quality.expression`."""
    return [
        Answer(expression.starred(one.text, itertools.chain(expression.numbers(one.text), expression.names(one.text))))
        for one in texts
    ]


def tagger() -> Contender | None:
    """jieba's tagger for names, and the expressions for everything else; None where it is not installed."""
    try:
        posseg: Any = importlib.import_module("jieba.posseg")
    except ImportError:
        return None
    logging.getLogger("jieba").setLevel(logging.ERROR)

    def tagged(text: str) -> Iterator[tuple[int, int]]:
        at = 0
        for word, flag in posseg.cut(text):
            if flag.startswith("nr"):
                yield at + (len(word) > 1), at + len(word)
            at += len(word)

    def masked(texts: Sequence[Text], _way: str) -> list[Answer]:
        return [
            Answer(expression.starred(one.text, itertools.chain(expression.numbers(one.text), tagged(one.text))))
            for one in texts
        ]

    return masked


def _batched(texts: Sequence[Text]) -> Iterator[Sequence[Text]]:
    for start in range(0, len(texts), BATCH):
        yield texts[start : start + BATCH]


def _record(text: Text, way: str) -> dict[str, Any]:
    if way == UNMAPPED:
        return {"recipient": {"address": ""}, "memo_1": text.text}
    field = _FIELDS[text.kind]
    return {"remark": text.text} if field == "remark" else {"recipient": {field: text.text}}


def _value(record: dict[str, Any], text: Text, way: str) -> str:
    field = _FIELDS[text.kind]
    value = record["memo_1"] if way == UNMAPPED else record[field] if field == "remark" else record["recipient"][field]
    return str(value)
