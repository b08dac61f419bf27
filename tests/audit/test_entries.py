"""Entries and their chain: exact bytes, every one of them bound to all before it, and nothing personal in any."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from masking_service.audit.entries import FIRST_LINK, REPLACED, Entry, Item, encode, link, outside_id

VECTOR: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "chain.json").read_text("utf-8"))
WRITER: str = VECTOR["writer"]
ENTRIES: list[bytes] = [one["entry"].encode() for one in VECTOR["entries"]]


def entry(**change: Any) -> Entry:
    known: dict[str, Any] = {
        "at": 1,
        "action": "view",
        "outcome": "done",
        "principal": "staff/u-1",
        "role": "courier",
        "tenant": "0" * 32,
        "request": "req-1",
        "policy": "policy-1",
    }
    return Entry(**known | change)


def chain(entries: list[bytes], writer: str = WRITER, first: bytes = FIRST_LINK) -> list[bytes]:
    links = [first]
    for number, one in enumerate(entries, 1):
        links.append(link(links[-1], writer, number, one))
    return links[1:]


def test_the_chain_of_the_vector_has_exactly_these_links() -> None:
    assert [one.hex() for one in chain(ENTRIES)] == [one["link"] for one in VECTOR["entries"]]


def test_someone_elses_verifier_finds_the_same_links() -> None:
    before, links = bytes.fromhex(VECTOR["first_link"]), []
    for one in VECTOR["entries"]:
        parts = [b"audit-entry/1", before, WRITER.encode(), one["number"].to_bytes(8, "big"), one["entry"].encode()]
        before = hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()
        links.append(before.hex())

    assert links == [one["link"] for one in VECTOR["entries"]]


def test_the_entries_of_the_vector_are_encoded_to_exactly_these_bytes() -> None:
    assert [encode(msgspec.json.decode(one, type=Entry)) for one in ENTRIES] == ENTRIES


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


@pytest.mark.parametrize("text", ["D-2026-0001", "staff/u-1", "", "b1946ac9"])
def test_an_id_that_holds_nothing_personal_stays(text: str) -> None:
    assert outside_id(text) == text


@pytest.mark.parametrize("text", ["13812345678", "case-13812345678", "staff/138-1234-5678", "+86 138 1234 5678"])
def test_an_id_that_holds_a_phone_is_replaced(text: str) -> None:
    assert outside_id(text) == REPLACED
