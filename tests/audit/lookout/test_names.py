"""The words of signals, which a policy can name, are those of the signals that are found."""

import ast
from pathlib import Path

from masking_audit.lookout import signals
from masking_service.service.people.principals import SURROUNDINGS
from masking_service.service.people.signals import SIGNALS

NAMED = {"_reasons": 0, "_pairs": 0, "Reason": 1}
"""Functions that are given the name of a signal, and at what place."""


def found() -> set[str]:
    """Return the names of the signals that the lookout can find."""
    names = {f"new-{what}" for what in SURROUNDINGS}
    for node in ast.walk(ast.parse(Path(str(signals.__file__)).read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMED:
            name = node.args[NAMED[node.func.id]]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                names |= {name.value} | ({f"{name.value}-opener"} if node.func.id == "_pairs" else set())
    return names


def test_every_signal_that_can_be_found_has_words_and_no_other() -> None:
    assert found() == set(SIGNALS)
