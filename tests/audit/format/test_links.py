"""Tests entries and their chain, byte for byte."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from keys.signatures import Verifier
from masking_audit.format.entries import Entry, Item
from masking_audit.format.links import FIRST_LINK, commit_message, encode, entry_id, first_link_form, is_link, link
from tests.audit.logs import entry
from tests.keys.known import known_keyring

VECTORS = Path(__file__).parents[1] / "vectors"
VECTOR: dict[str, Any] = json.loads((VECTORS / "chain-2.json").read_text("utf-8"))
FIRST_VECTOR: dict[str, Any] = json.loads((VECTORS / "chain.json").read_text("utf-8"))
WRITER: str = VECTOR["writer"]
ENTRIES: list[bytes] = [one["entry"].encode() for one in VECTOR["entries"]]


def chain(entries: list[bytes], writer: str = WRITER, first: bytes = FIRST_LINK) -> list[bytes]:
    links = [first]
    for number, one in enumerate(entries, 1):
        links.append(link(links[-1], writer, number, one))
    return links[1:]


def test_the_chain_of_the_vector_has_exactly_these_links() -> None:
    assert [one.hex() for one in chain(ENTRIES)] == [one["link"] for one in VECTOR["entries"]]


def test_the_chain_of_an_earlier_release_has_exactly_these_links() -> None:
    before = FIRST_LINK
    for one in FIRST_VECTOR["entries"]:
        linked = bytes.fromhex(one["link"])
        assert first_link_form(before, WRITER, one["number"], one["entry"].encode()) == linked
        assert is_link(linked, before, WRITER, one["number"], one["entry"].encode())
        before = linked


def test_an_independent_verifier_finds_the_same_links() -> None:
    before, links = bytes.fromhex(VECTOR["first_link"]), []
    for one in VECTOR["entries"]:
        hashed = hashlib.sha256(one["entry"].encode()).digest()
        parts = [b"audit-entry/2", before, WRITER.encode(), one["number"].to_bytes(8, "big"), hashed]
        before = hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()
        links.append(before.hex())

    assert links == [one["link"] for one in VECTOR["entries"]]


def test_the_entries_of_the_vector_are_encoded_to_exactly_these_bytes() -> None:
    assert [encode(msgspec.json.decode(one, type=Entry)) for one in ENTRIES] == ENTRIES


def test_an_entry_is_the_canonical_json_that_another_tool_writes() -> None:
    written = [
        json.dumps(json.loads(one), sort_keys=True, ensure_ascii=False, separators=(",", ":")) for one in ENTRIES
    ]

    assert [one.encode() for one in written] == ENTRIES


def test_the_signature_of_the_vector_is_of_its_last_link() -> None:
    message = commit_message(WRITER, len(ENTRIES), chain(ENTRIES)[-1])

    Verifier(VECTOR["public_key"].encode()).verify(bytes.fromhex(VECTOR["signature"]), message)
    assert known_keyring().audit_signer.sign(message).hex() == VECTOR["signature"]


def test_an_independent_verifier_uses_the_same_signed_message() -> None:
    parts = [b"audit-commit/1", WRITER.encode(), (3).to_bytes(8, "big"), bytes.fromhex(VECTOR["entries"][-1]["link"])]

    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert commit_message(WRITER, 3, chain(ENTRIES)[-1]) == framed


def test_the_id_of_an_entry_is_its_writer_and_number() -> None:
    assert entry_id(WRITER, 3) == "00112233aabbccdd-3"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(link(bytes([1]) * 32, WRITER, 1, ENTRIES[0]), id="what stands before"),
        pytest.param(link(FIRST_LINK, "00112233aabbccde", 1, ENTRIES[0]), id="writer"),
        pytest.param(link(FIRST_LINK, WRITER, 2, ENTRIES[0]), id="number"),
        pytest.param(link(FIRST_LINK, WRITER, 1, ENTRIES[0] + b" "), id="bytes of the entry"),
    ],
)
def test_a_link_is_bound_to_everything_about_its_entry(other: bytes) -> None:
    assert other != chain(ENTRIES)[0]


def test_a_changed_entry_changes_every_link_behind_it() -> None:
    changed = [encode(entry()), *ENTRIES[1:]]

    assert chain(changed)[1] != chain(ENTRIES)[1]


def test_swapped_entries_end_in_another_link() -> None:
    assert chain(ENTRIES[::-1])[-1] != chain(ENTRIES)[-1]


def test_what_is_empty_is_left_out() -> None:
    assert set(json.loads(encode(entry()))) == {
        *("at", "action", "outcome", "principal", "role"),
        *("tenant", "request", "policy"),
    }


def test_an_item_that_names_no_waybill_says_so_by_an_empty_one() -> None:
    encoded = json.loads(encode(entry(items=[Item("", "not-found")])))

    assert encoded["items"] == [{"waybill": "", "outcome": "not-found"}]
