"""Any change of the meaning of a line is found."""

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.audit.logs import findings
from tests.audit.verify.verifier.tampering import (
    Lines,
    leaves,
    replaced,
)


def strictly(line: bytes) -> object:
    """Return the meaning of a line, or None."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError
        return dict(pairs)

    def typed(value: Any) -> Any:
        """Distinguish 1, 1.0 and true."""
        if isinstance(value, dict):
            return {name: typed(inner) for name, inner in value.items()}
        return [typed(inner) for inner in value] if isinstance(value, list) else (type(value), value)

    try:
        return typed(json.loads(line, object_pairs_hook=once))
    except ValueError:
        return None


@given(st.data())
def test_whatever_changes_the_meaning_of_one_line_is_found(sound: Lines, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sound) - 1))
    line = sound[at].rstrip(b"\n")
    begin = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(begin, min(begin + 3, len(line))))
    put = data.draw(st.binary(max_size=3) | st.sampled_from([b"0", b'"', b",", b" ", b"f", b"{", b"-", b"1e1"]))
    changed = line[:begin] + put.replace(b"\n", b" ") + line[end:]

    found = findings(replaced(sound, at, changed + b"\n"))

    assert bool(found) == (strictly(changed) != strictly(line))


@given(st.data())
def test_a_value_from_elsewhere_in_the_log_is_found_wherever_it_is_put(sound: Lines, data: st.DataObject) -> None:
    one = data.draw(st.integers(0, len(sound) - 1))
    another = data.draw(st.integers(0, len(sound) - 1))
    source, target = json.loads(sound[one]), json.loads(sound[another])
    value = source
    for name in data.draw(st.sampled_from([*leaves(source)])):
        value = value[name]
    changed = copy.deepcopy(target)
    path = data.draw(st.sampled_from([*leaves(target)]))
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value

    found = findings(replaced(sound, another, json.dumps(changed).encode()))

    assert bool(found) == (json.dumps(changed) != json.dumps(target))
