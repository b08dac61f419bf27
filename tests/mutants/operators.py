"""What is changed: a selection of Cosmic Ray's operators, and one of our own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cosmic_ray.ast
import cosmic_ray.mutating
import cosmic_ray.plugins
import parso
from cosmic_ray.operators.operator import Operator

# Of each group one neighbour: further ones (a sum as a power) fail the same tests.
SELECTED = [
    *("AddNot", "ExceptionReplacer", "NumberReplacer", "RemoveDecorator", "ZeroIterationForLoop"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
    *("ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_Delete_USub"),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Add", "FloorDiv_Mul", "Mod_FloorDiv")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("BitOr_BitAnd", "BitAnd_BitOr", "BitXor_BitOr", "LShift_RShift")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "Gt_LtE")),
]


PRECAUTIONS = {"frozen", "slots", "strict", "kw_only"}
"""Arguments that only show a fault of the code: it writes to no frozen value, zips what has one length, and names what
it gives."""


class DropCall(Operator):  # type: ignore[misc]  # cosmic-ray has no types
    """Replaces a statement that is nothing but a call, which is made for its effect, by `pass`."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        if node.type == "simple_stmt" and node.children[0].type == "atom_expr" and _is_call(node.children[0]):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        call = node.children[0]
        node.children[0] = parso.python.tree.Name("pass", call.start_pos, call.get_first_leaf().prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


def _is_call(expression: Any) -> bool:
    last = expression.children[-1]
    return bool(last.type == "trailer" and last.children[0].value == "(")


@dataclass(frozen=True, order=True)
class Mutant:
    """One change: the `occurrence`-th place in a file where an operator applies."""

    path: str
    operator: str
    occurrence: int
    line: int

    def source(self, root: Path) -> str | None:
        """Return the whole file with the change in it; None where Cosmic Ray cannot make it."""
        code = (root / self.path).read_text("utf-8")
        try:
            mutated: str | None = cosmic_ray.mutating.mutate_code(code, _operator(self.operator), self.occurrence)
        except AttributeError:  # an exception that is not one plain name
            return None
        return mutated


def mutants(root: Path, path: str) -> Iterator[Mutant]:
    """Yield every change of a file that can matter, and that mypy does not refuse.

    None is in an annotation or in one of `PRECAUTIONS`.
    """
    source = (root / path).read_text("utf-8")
    lines = source.splitlines()
    ignored = {*_without_effect(source)}
    nodes = [*cosmic_ray.ast.ast_nodes(cosmic_ray.ast.get_ast(source))]
    for name in (*SELECTED, "DropCall"):
        operator = _operator(name)
        places = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, ((line, column), _) in enumerate(places):
            # Without its decorator mypy refuses every call of a dataclass.
            refused = name == "RemoveDecorator" and lines[line - 1].lstrip().startswith("@dataclass")
            if not refused and not any(begin <= (line, column) < end for begin, end in ignored):
                yield Mutant(path, name, occurrence, line)


def _operator(name: str) -> Any:
    return DropCall() if name == "DropCall" else cosmic_ray.plugins.get_operator(f"core/{name}")()


Place = tuple[int, int]


def _without_effect(source: str) -> Iterator[tuple[Place, Place]]:
    for node in ast.walk(ast.parse(source)):
        found = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            found.append(node)
        if isinstance(node, ast.keyword) and node.arg in PRECAUTIONS:
            found.append(node.value)
        for part in found:
            if isinstance(part, ast.expr | ast.If):
                assert part.end_lineno is not None
                assert part.end_col_offset is not None
                yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)
