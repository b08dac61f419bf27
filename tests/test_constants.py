"""Every limit, lifetime, size and other number that the security code names is as listed.

Users, operators and stored data depend on most of them, and tests often use the name and not the number.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_house import module_name, parsed, sources

LISTED = Path(__file__).with_name("constants.txt")
OTHER_ROOMS = ("masking_service.masking.", "masking_service.tables.", "masking_files.")
"""What masks: its tests compare masked texts."""
NUMBERS = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Tuple, ast.operator, ast.unaryop, ast.expr_context)
pytestmark = pytest.mark.xdist_group("sources")


def constants() -> Iterator[str]:
    """Yield a line for each number, or tuple of numbers, that a module names."""
    for path in sources():
        for node in parsed(path).body:
            if not module_name(path).startswith(OTHER_ROOMS) and isinstance(node, ast.Assign | ast.AnnAssign):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if node.value is not None and is_number(node.value):
                    yield f"{module_name(path)} {ast.unparse(target)} = {value(node.value)}"


def is_number(node: ast.expr) -> bool:
    inside = [*ast.walk(node)]
    values = [type(one.value) for one in inside if isinstance(one, ast.Constant)]
    return all(isinstance(one, NUMBERS) for one in inside) and bool(values) and set(values) <= {int, float}


def value(node: ast.expr) -> object:
    return eval(compile(ast.Expression(node), "", "eval"), {})  # noqa: S307  # numbers of our own code


def test_each_constant_is_as_listed() -> None:
    """A line is changed with its number."""
    assert [*constants()] == LISTED.read_text("utf-8").splitlines()
