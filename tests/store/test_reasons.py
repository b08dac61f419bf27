"""Every reason has its sentence and remedy."""

import ast
from collections.abc import Iterator

from masking_service.shipped import ROOT
from masking_service.store import faults, reasons
from masking_service.store.errors import StoreUnavailable
from masking_service.store.faults import Fault
from masking_service.store.reasons import WORDS, words
from masking_service.store.reasons import told as text_of
from tests.every import every


def told(fault: StoreUnavailable) -> str:
    return text_of(fault).in_language("en")


def raised() -> Iterator[str]:
    """The reasons that the code raises as literals."""
    for path in sorted(ROOT.glob("masking_service/**/*.py")):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "StoreUnavailable(" in text else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "StoreUnavailable":
                yield from (
                    each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
                )


def unseen() -> Iterator[str]:
    """The checks that `uphold` raises as words."""
    listed = (*vars(faults).values(), *faults.INFO)
    yield from (each.check for each in listed if isinstance(each, Fault) and each.weight == "unseen")


USED = sorted({*raised(), *unseen(), *(word for _, word in (*reasons._SAID, *reasons._KINDS))})


def test_the_words_are_found() -> None:
    assert {"closed", "unseen", "old-keyset", "clients-unknown", "mode", "role", "loading", "rights"} < {*USED}


@every("word", USED)
def test_every_word_is_told(word: str) -> None:
    says, remedy = WORDS[word]

    assert words(StoreUnavailable(word)) == (f"{says.en} ({word})", remedy.en)


def test_what_is_behind_an_open_circuit_is_told() -> None:
    assert told(StoreUnavailable("open-circuit", "loading")) == (
        "the store is still loading its data (loading). Fix: wait"
    )


def test_no_two_words_say_the_same() -> None:
    assert len({says for says, _ in WORDS.values()}) == len(WORDS)


def test_a_detail_is_told_beside_its_word() -> None:
    assert "(tls: certificate has expired). Fix: " in told(StoreUnavailable("tls", detail="certificate has expired"))
    assert "(tls: unsafe)" in told(StoreUnavailable("open-circuit", "tls", "unsafe"))
