"""Tests sealed values with the independent reader."""

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.aead import KEY_ID_BYTES, SealingKey
from keys.providers.file import FileRootKeys
from keys.suites import SUITES
from masking_service.shipped import ROOT
from tests.keys import reader
from tests.keys.known import known_bytes
from tests.keys.reader import Refused, frame, open_envelope

KEY, KEY_ID = known_bytes("a key"), known_bytes("its id")[:KEY_ID_BYTES]
PLACE = b"wm:{place}0"
RECORDS = sorted((Path(__file__).parent / "vectors").glob("record-*.json"))
by_suite = pytest.mark.parametrize("algorithm", SUITES)


def sealed_by(algorithm: int, plain: bytes = b"what is sealed", place: bytes = PLACE) -> bytes:
    key = SealingKey(KEY, KEY_ID, label=b"record", tenant=b"default", algorithm=algorithm)
    return key.seal(plain, place, known_bytes("a nonce")[:12])


def opened(sealed: bytes, place: bytes = PLACE) -> bytes:
    return open_envelope(KEY, sealed, label=b"record", tenant=b"default", place=place)


def test_the_reader_shares_nothing_with_the_product() -> None:
    tree = ast.parse(Path(reader.__file__).read_text("utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}

    assert {name.partition(".")[0] for name in imported} & {"keys", "masking_service", "tests"} == set()


@by_suite
@given(st.binary(max_size=200), st.binary(max_size=40))
def test_the_reader_opens_what_was_sealed(algorithm: int, plain: bytes, place: bytes) -> None:
    assert opened(sealed_by(algorithm, plain, place), place) == plain


@by_suite
@given(st.integers(min_value=0, max_value=51), st.integers(min_value=1, max_value=255))
def test_the_reader_refuses_what_was_changed(algorithm: int, at: int, by: int) -> None:
    sealed = sealed_by(algorithm)

    with pytest.raises(Refused):
        opened(sealed[:at] + bytes((sealed[at] ^ by,)) + sealed[at + 1 :])


@pytest.mark.parametrize("vector", RECORDS, ids=lambda path: path.stem)
def test_the_reader_and_the_vectors_agree(vector: Path) -> None:
    known = json.loads(vector.read_text("utf-8"))
    key, sealed = bytes.fromhex(known["key"]), bytes.fromhex(known["sealed"])
    label, tenant, place = (known[name].encode() for name in ("label", "tenant", "place"))

    try:
        given = open_envelope(key, sealed, label=label, tenant=tenant, place=place).hex()
    except Refused:
        given = "integrity-fault"

    assert given == known.get("plaintext", known["expect"])


def test_the_reader_opens_the_documented_vectors() -> None:
    text = (ROOT / "docs" / "record-format.md").read_text("utf-8")
    quoted = [bytes.fromhex(found[1]) for found in re.finditer(r"^sealed +((?:[0-9a-f]{2,}\s+)+)", text, re.MULTILINE)]
    key, place = bytes(range(0x40, 0x60)), b"wm:{-fK795hRl--eLRS6}0"

    plain = {open_envelope(key, sealed, label=b"record", tenant=b"default", place=place) for sealed in quoted}

    assert [sealed[1] for sealed in quoted] == [*SUITES]
    assert [body[7:].decode() for body in plain] == ['["standard",3,"欧阳娜娜",4,"13812345678"]' + " " * 12]


@by_suite
def test_the_reader_unwraps_what_a_root_key_in_the_file_wrapped(algorithm: int) -> None:
    context = frame(b"data-key", KEY_ID, b"default")
    wrapped = FileRootKeys({KEY_ID: KEY}, KEY_ID, algorithm).wrap(known_bytes("a data key"), context)

    assert open_envelope(KEY, wrapped, label=b"wrapped-key", tenant=b"", place=context) == known_bytes("a data key")
