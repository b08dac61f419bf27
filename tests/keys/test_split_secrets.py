"""Tests keysets of the first releases, in which one secret serves several uses."""

import json
from pathlib import Path
from typing import Any

import pytest

from keys import keyset
from keys.errors import KeysetError
from keys.keyring import Keyring
from keys.keyset_file import SPLIT_OFF, Use
from keys.rotation import activate, distribute, end_retired
from keys.tiers import begin_split


@pytest.fixture
def first(path: Path) -> Path:
    """A keyset file as the first releases wrote it."""
    document = json.loads(path.read_bytes())
    document["secrets"] = [entry for entry in document["secrets"] if entry["use"] not in SPLIT_OFF]
    path.write_text(json.dumps(document), "utf-8")
    return path


def uses(path: Path) -> list[str]:
    document: dict[str, Any] = json.loads(path.read_bytes())
    return [entry["use"] for entry in document["secrets"]]


@pytest.mark.parametrize(("use", "source"), SPLIT_OFF.items())
def test_a_missing_secret_is_the_one_that_served_its_use(first: Path, use: Use, source: Use) -> None:
    opened = keyset.load(first)

    assert (opened.secrets[use, 0], opened.active[use]) == (opened.secrets[source, 0], 0)


@pytest.mark.parametrize(("use", "source"), SPLIT_OFF.items())
def test_a_new_keyset_has_a_secret_for_each_use(path: Path, use: Use, source: Use) -> None:
    opened = keyset.load(path)

    assert opened.secrets[use, 0] != opened.secrets[source, 0]


def test_a_change_writes_the_shared_secrets_as_entries_of_their_own(first: Path) -> None:
    before = keyset.load(first)

    after = distribute(first, "token", "2026-12-01")

    assert sorted(set(uses(first))) == sorted({"index", "token", "state", "client", "audit", *SPLIT_OFF})
    assert {name: after.secrets[name] for name in before.secrets} == before.secrets


def test_names_and_hashes_stay_when_the_secrets_become_entries(first: Path) -> None:
    ring = Keyring(keyset.load(first))
    before = ring.tenant("default").tag("tenant"), ring.tenant("default").audit_hash("tenant")

    ring.adopt(distribute(first, "token", "2026-12-01"))

    assert (ring.tenant("default").tag("tenant"), ring.tenant("default").audit_hash("tenant")) == before


def test_a_first_keyset_can_be_split_once_search_and_audit_turned_over(first: Path) -> None:
    """An index secret stays with a host in every version, a signing key that has ended signs nothing."""
    wanted: tuple[Use, ...] = ("search", "audit")
    for use in wanted:
        with pytest.raises(KeysetError, match=f"First run: keys rotate {use}$"):
            begin_split(first, "2026-12-01")
        distribute(first, use, "2026-12-01")
        activate(first, use, "2026-12-01")
        with pytest.raises(KeysetError, match=f"First run: keys rotate {use}$"):
            begin_split(first, "2026-12-01")
        end_retired(first, use, "2026-12-01")

    assert "publication" in begin_split(first, "2026-12-01").active
