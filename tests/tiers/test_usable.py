"""With which secrets an intake host may store: with all that it has, and of an index secret with what decides."""

from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.service.tiers.publisher import _usable


@pytest.mark.parametrize(("deciding", "index"), [(None, [2]), (1, [1, 2])], ids=["rotated", "while it is rotated"])
def test_all_versions_are_usable_but_for_the_index(deciding: int | None, index: list[int]) -> None:
    secrets = {("index", 0): b"", ("index", 1): b"", ("index", 2): b"", ("tag", 1): b"", ("tag", 0): b""}
    keyset: Any = SimpleNamespace(secrets=secrets, active={"index": 2, "tag": 1}, deciding=deciding)

    assert (_usable(keyset, "index"), _usable(keyset, "tag"), _usable(keyset, "token")) == (index, [0, 1], [])
