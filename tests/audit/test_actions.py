"""Every action of the log is described, and recorded somewhere; no code names one, or an outcome, by its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from masking_service.audit import actions
from masking_service.audit.actions import DECISIONS, Action, Outcome
from tests.test_house import ROOT, nodes, parsed, sources

pytestmark = pytest.mark.xdist_group("sources")
DEFINED: Final = Path(actions.__file__)
RECORDING: Final = {"record", "record_denial", "record_denials", "change", "_marker", "_grant", "_planted", "_change"}
"""Functions that take an action."""
READING: Final = {"frozenset", "Figures", "Wanted", "int"}
"""What takes an action and records none."""


def described() -> dict[Action, str]:
    """Return the line under each action."""
    classes = [each for each in ast.parse(DEFINED.read_text("utf-8")).body if isinstance(each, ast.ClassDef)]
    (found,) = [each for each in classes if each.name == Action.__name__]
    lines = {}
    for member, text in zip(found.body, found.body[1:], strict=False):
        if isinstance(member, ast.Assign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            lines[Action[ast.unparse(member.targets[0])]] = str(text.value.value)
    return lines


def called(node: ast.AST) -> str:
    """Return the last name of what a call calls; empty if it is no call."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def loose(tree: ast.Module) -> Iterator[str]:
    """Yield the actions that code names by their text: given to what records, or compared with an entry's action."""
    for node in nodes(tree):
        near: list[ast.AST] = []
        if called(node) in RECORDING and isinstance(node, ast.Call):
            near = [*node.args]
        elif isinstance(node, ast.keyword) and node.arg in {"action", "audited_as"}:
            near = [node.value]
        elif isinstance(node, ast.Compare) and "action" in ast.unparse(node):
            near = [node]
        elif isinstance(node, ast.Match) and "action" in ast.unparse(node.subject):
            near = [case.pattern for case in node.cases]
        yield from (text for text in texts_in(near) if text in [*Action] or text == "case-")


def loose_outcomes(tree: ast.Module) -> Iterator[str]:
    """Yield the outcomes that code names by their text: given to what records, or compared with an outcome."""
    for node in nodes(tree):
        near: list[ast.AST] = []
        if called(node) in RECORDING | {"ItemOutcome"} and isinstance(node, ast.Call):
            near = [*node.args]
        elif isinstance(node, ast.keyword) and node.arg == "outcome":
            near = [node.value]
        elif isinstance(node, ast.Compare) and "outcome" in ast.unparse(node):
            near = [node]
        elif isinstance(node, ast.Match) and "outcome" in ast.unparse(node.subject):
            near = [case.pattern for case in node.cases]
        yield from (text for text in texts_in(near) if text in [*Outcome])


def texts_in(parts: list[ast.AST]) -> Iterator[str]:
    """Yield the texts that are written out somewhere in these parts of code."""
    for one in parts:
        yield from (
            each.value for each in ast.walk(one) if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )


def recorded(tree: ast.Module) -> Iterator[str]:
    """Yield the actions that code gives to a call or yields, except to what only reads them."""
    for node in nodes(tree):
        given: list[ast.AST] = []
        if isinstance(node, ast.Call) and called(node) not in READING:
            given = [*node.args, *(each.value for each in node.keywords)]
        elif isinstance(node, ast.Yield) and node.value is not None:
            given = [node.value]
        inner = [each for one in given if not isinstance(one, ast.Call) for each in ast.walk(one)]
        named = [each for each in inner if isinstance(each, ast.Attribute)]
        yield from (each.attr for each in named if ast.unparse(each.value) == "Action")


def test_every_action_says_what_it_records() -> None:
    assert set(described()) == set(Action)


def test_the_page_for_auditors_lists_every_action() -> None:
    listed = re.findall(r"(?m)^\| `([a-z-]+)` \| (.+) \|$", (ROOT / "docs" / "audit.md").read_text("utf-8"))

    assert [row for row in listed if row[0] in [*Action]] == [(each, line) for each, line in described().items()]


def test_what_is_recorded_with_sealed_state_announces_it() -> None:
    announcing = {
        argument.attr
        for path in sources()
        for node in nodes(parsed(path))
        if isinstance(node, ast.Call)
        and (
            called(node) == "change"
            or (called(node) == "record" and any(each.arg == "sealed" for each in node.keywords))
        )
        for argument in node.args
        if isinstance(argument, ast.Attribute) and ast.unparse(argument.value) == "Action"
    }

    assert len(announcing) > 10
    assert [name for name in announcing if not Action[name].announces] == []


def test_every_decision_on_a_case_has_its_action() -> None:
    assert {f"case-{decision}": action for decision, action in DECISIONS.items()} == {
        action.value: action for action in DECISIONS.values()
    }


def test_every_action_is_recorded_somewhere() -> None:
    recording = (ROOT / "masking_service", ROOT / "masking_audit" / "lookout" / "use.py")
    inside = [path for path in sources() if any(map(path.is_relative_to, recording))]

    assert {each.name for each in Action} - {name for path in inside for name in recorded(parsed(path))} == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("recorder.record(context, Action.ERASE, DONE)", ["ERASE"]),
        ("Operation(audited_as=Action.VIEW)", ["VIEW"]),
        ("def changes():\n    yield Action.RESEAL, tenant", ["RESEAL"]),
        ("LOST = Action.ERASE", []),
        ("TRACES = frozenset({Action.CALL})", []),
        ("if entry.action == Action.CALL: pass", []),
    ],
    ids=["recorded", "of an operation", "yielded", "mentioned", "collected", "compared"],
)
def test_an_action_is_recorded_where_a_call_is_given_it(code: str, found: list[str]) -> None:
    assert [*recorded(ast.parse(code))] == found


def test_no_code_names_an_action_by_its_text() -> None:
    """Except the desk's, which reads them in answers."""
    inside = [path for path in sources() if not path.is_relative_to(ROOT / "masking_console")]
    found = {f"{path.relative_to(ROOT)}: {text}" for path in inside for text in loose(parsed(path))}

    assert found == set()


def test_no_code_names_an_outcome_by_its_text() -> None:
    """Except the desk's, which reads them in answers."""
    inside = [path for path in sources() if not path.is_relative_to(ROOT / "masking_console")]
    found = {f"{path.relative_to(ROOT)}: {text}" for path in inside for text in loose_outcomes(parsed(path))}

    assert found == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('recorder.record(context, Action.ERASE, "done")', ["done"]),
        ('ItemOutcome(base, "not-found")', ["not-found"]),
        ('Entry(action=Action.START, outcome="done")', ["done"]),
        ('if item.outcome in ("released", Outcome.DONE): pass', ["released"]),
        ('match entry.action, entry.outcome:\n    case Action.VIEW, "released": pass', ["released"]),
        ('tab = "done"', []),
        ("recorder.record(context, Action.ERASE, Outcome.DONE)", []),
    ],
    ids=["recorded", "of an item", "a member", "compared", "a pattern", "a word", "right"],
)
def test_the_search_finds_an_outcome_that_is_named_by_its_text(code: str, found: list[str]) -> None:
    assert [*loose_outcomes(ast.parse(code))] == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('recorder.record(context, "erase", DONE)', ["erase"]),
        ('with self.recorder.record_denials(context, f"case-{act}"): pass', ["case-"]),
        ('Operation(audited_as="view")', ["view"]),
        ('if entry.action in ("view", "search"): pass', ["view", "search"]),
        ('if entry["action"] == "erase": pass', ["erase"]),
        ('match entry.action:\n    case "call": pass', ["call"]),
        ('Operation(name="view")', []),
        ("recorder.record(context, Action.ERASE, DONE)", []),
    ],
    ids=[
        "recorded",
        "made from a word",
        "of an operation",
        "one of several",
        "a member",
        "a pattern",
        "a name",
        "right",
    ],
)
def test_the_search_finds_an_action_that_is_named_by_its_text(code: str, found: list[str]) -> None:
    assert [*loose(ast.parse(code))] == found
