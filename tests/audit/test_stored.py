"""Tests the stored form of entries: it is turned into the same JSON again, and so is that of older releases."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from masking_audit.archive.archive import Archive
from masking_audit.archive.follower import Follower
from masking_audit.format.links import encode
from masking_audit.verify.verifier import Verification, verify
from masking_service.audit import log as audit_log
from masking_service.audit.questions import Wanted
from masking_service.audit.reading import TenantLog
from masking_service.audit.slots import search
from masking_service.audit.stored import NAMES, WORDS, pack, unpack
from masking_service.audit.streams import Streams
from masking_service.shipped import ROOT
from masking_service.store.client import Store
from masking_service.store.layout import ONE_SLOT
from tests.audit.archives import archive_all
from tests.audit.logs import TENANT, VERIFIER, Process, checkpoint, full_entry, lines, writers
from tests.store.stores import NOW, ask

VECTORS = Path(__file__).parent / "vectors"
ENTRIES: list[dict[str, Any]] = json.loads((VECTORS / "chain.json").read_text("utf-8"))["entries"]
STORED: list[dict[str, Any]] = json.loads((VECTORS / "stored.json").read_text("utf-8"))["entries"]

hexes = st.binary(min_size=1, max_size=40).map(bytes.hex)
texts = st.text() | hexes | hexes.map(str.upper) | st.sampled_from(WORDS)
members = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(), members, max_size=8))
def test_what_was_packed_is_the_same_json_again(entry: dict[str, Any]) -> None:
    assert encode(unpack(pack(encode(entry)))) == encode(entry)


@pytest.mark.parametrize(("entry", "stored"), [*zip(ENTRIES, STORED, strict=True)])
def test_entries_are_stored_as_exactly_these_bytes(entry: dict[str, Any], stored: dict[str, Any]) -> None:
    assert pack(entry["entry"].encode()).hex() == stored["stored"]


def test_hexadecimal_text_of_16_digits_or_more_is_stored_in_half_the_length() -> None:
    lengths = [len(pack(encode({"id": "0f" * count}))) - len(pack(encode({"id": ""}))) for count in (7, 8)]

    assert lengths == [14, 9]  # 8 bytes, and one header byte more than text


@pytest.mark.parametrize("stored", STORED)
def test_stored_entries_are_read_from_the_table_alone(stored: dict[str, Any]) -> None:
    """A second reader, written from docs/record-format.md."""

    def read(value: Any) -> Any:
        if isinstance(value, bytes):
            return WORDS[value[0]] if len(value) == 1 else value.hex()
        if isinstance(value, list):
            return [read(one) for one in value]
        if isinstance(value, dict):
            return {NAMES[name] if isinstance(name, int) else name: read(one) for name, one in value.items()}
        return value

    packed = bytes.fromhex(stored["stored"])
    assert read(msgspec.msgpack.decode(packed)) == unpack(packed)


@pytest.mark.parametrize("table", [NAMES, WORDS])
def test_the_tables_are_in_the_documentation(table: tuple[str, ...]) -> None:
    document = (ROOT / "docs" / "record-format.md").read_text("utf-8")

    assert " · ".join(f"`{one}`" for one in table) in document.replace("\n", " ")


@pytest.mark.parametrize("entry", ENTRIES)
def test_entries_of_earlier_releases_are_their_json(entry: dict[str, Any]) -> None:
    assert encode(unpack(entry["entry"].encode())) == entry["entry"].encode()


CUT_OFF = "Input data was truncated"
OTHER_BYTES = {
    "nothing": (b"", msgspec.DecodeError, CUT_OFF),
    "cut off JSON": (b"{", msgspec.DecodeError, CUT_OFF),
    "a list": (b"[]", msgspec.ValidationError, "Expected `object`, got `int`"),
    "a number": (b"\x01", msgspec.ValidationError, "Expected `object`, got `int`"),
    "cut off": (b"\x81", msgspec.DecodeError, CUT_OFF),
    "a negative name": (b"\x81\xff\x01", KeyError, "-1"),
    "an unknown name": (b"\x81\xcc\xc8\x01", KeyError, "200"),
    "a name of bytes": (b"\x81\x00\x81\xc4\x01\x00\x01", KeyError, r"b'\x00'"),
    "an unknown word": (b"\x81\x00\xc4\x01\xff", KeyError, r"b'\xff'"),
    "an extension": (b"\x81\x00\xd4\x05\x00", msgspec.DecodeError, "JSON has no extension types"),
    "no value": (b"\x81\xa1a\xc1", msgspec.DecodeError, "MessagePack data is malformed"),
}


@pytest.mark.parametrize(("stored", "error", "said"), OTHER_BYTES.values(), ids=OTHER_BYTES)
def test_other_bytes_are_no_entry(stored: bytes, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(said)}") as refused:
        unpack(stored)

    assert refused.type is error


def test_a_process_stores_its_entries_packed(store: Store, client: redis.Redis) -> None:
    (name,) = Process(store, "packed").commit(full_entry(1))
    (writer,) = writers(client)

    _, (_, fields) = ask(client, "XRANGE", ONE_SLOT.stream(writer), "-", "+")
    assert (fields[b"entry"], name) == (pack(encode(full_entry(1))), f"{writer}-2")


@pytest.fixture
def grown(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A log that a release without the stored form began: one chain goes on, and another begins."""
    going_on = Process(store, "before")
    with monkeypatch.context() as before:
        before.setattr(audit_log, "pack", lambda entry: entry)
        going_on.commit(full_entry(1), full_entry(2))
        checkpoint(store, NOW)
    going_on.commit(full_entry(3))
    Process(store, "after").commit(full_entry(4))
    checkpoint(store, NOW + 60)
    return store


def test_a_log_with_both_forms_is_exported_and_verified_with_the_public_key_alone(grown: Store) -> None:
    verification = Verification(VERIFIER)
    exported = lines(grown)

    assert (verify(exported, verification).entries, list(verification.findings)) == (6, [])
    assert b"".join(exported).count(b'"case":"D-2026-000') == 4


def test_a_log_with_both_forms_is_archived(grown: Store, tmp_path: Path) -> None:
    with Archive(tmp_path / "archive", VERIFIER) as archive:
        follower = Follower(Streams(grown), archive, lambda: NOW + 60, 30)
        archive_all(follower)
        assert archive.verification.summary().entries == 6


def test_pages_show_entries_of_both_forms_alike(grown: Store) -> None:
    found, _ = search(TenantLog(grown, TENANT), Wanted(), after=None, limit=10)

    assert [encode({name: one[name] for name in one if name != "id"}) for one in found] == [
        encode(full_entry(number)) for number in range(1, 5)
    ]
