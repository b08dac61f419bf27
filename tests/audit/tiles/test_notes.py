"""Tests notes, their keys and both types of signature."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from keys.signers import Signer
from masking_audit.tiles.log_key import cosign, sign_as_log
from masking_audit.tiles.notes import COSIGNER, LOG, Note, NoteError, NoteKey, SignatureLine
from masking_audit.tiles.tree_head import TreeHead, head_of
from tests.every import every
from tests.keys.known import known_bytes

VECTORS = json.loads((Path(__file__).parent / "vectors" / "notes.json").read_text("utf-8"))["notes"]
SIGNER = Signer(known_bytes("a log"))
COSIGNING = Signer(known_bytes("a cosigner"))
KEY = NoteKey("log.example/1", LOG, SIGNER.public_bytes())
COSIGNER_KEY = NoteKey("cosigner.example/1", COSIGNER, COSIGNING.public_bytes())
TEXT = TreeHead(KEY.name, 7, known_bytes("root")).text
NOTE = Note(TEXT, [sign_as_log(TEXT, KEY.name, SIGNER), cosign(TEXT, COSIGNER_KEY.name, COSIGNING, 1795553260)])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["key"].partition("+")[0])
def test_published_notes_verify(vector: dict[str, str]) -> None:
    key = NoteKey.parse(vector["key"])
    content = (vector["text"] + "\n" + vector["signature"]).encode()
    note = Note.parse(content)

    note.verify(key)
    assert (str(key), bytes(note), note.text) == (vector["key"], content, vector["text"])


def test_a_note_is_the_same_after_writing_and_reading() -> None:
    read = Note.parse(bytes(NOTE))

    assert read == Note(TEXT, [*NOTE.signatures])
    assert (read.verify(KEY), read.verify(COSIGNER_KEY)) == (0, 1795553260)
    assert head_of(read) == TreeHead(KEY.name, 7, known_bytes("root"))


def test_a_cosignature_covers_the_time_as_the_specification_writes_it() -> None:
    line = cosign(TEXT, COSIGNER_KEY.name, COSIGNING, 1679315147)

    assert line.signature[:8] == (1679315147).to_bytes(8, "big")
    assert line.signature[8:] == COSIGNING.sign(f"cosignature/v1\ntime 1679315147\n{TEXT}".encode())


def test_a_key_is_the_same_after_writing_and_reading() -> None:
    assert [NoteKey.parse(str(key)) for key in (KEY, COSIGNER_KEY)] == [KEY, COSIGNER_KEY]


@every(
    "text",
    [
        "",
        "name",
        str(KEY).replace("log.example", "log.other"),
        str(KEY)[:-4] + "AAA=",
        f"{KEY.name}+{KEY.id.hex()}+{b64encode(bytes([COSIGNER]) + KEY.public_key).decode()}",
        str(NoteKey(KEY.name, 2, KEY.public_key)),
        str(KEY).upper(),
        f"a b+{NoteKey('a b', LOG, KEY.public_key).id.hex()}+{str(KEY).rpartition('+')[2]}",
    ],
)
def test_a_malformed_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match="verifier key"):
        NoteKey.parse(text)


@every(
    "content",
    [
        b"",
        TEXT.encode(),
        bytes(NOTE)[:-1],
        bytes(NOTE) + b"\n",
        bytes(NOTE).replace("— ".encode(), b"- "),
        bytes(NOTE).replace(b"log.example/1 ", b"log+example/1 "),
        bytes(NOTE).replace(b"\n7\n", b"\n7\r\n"),
        bytes(NOTE).replace(b"\n7\n", b"\n\xff\n"),
        TEXT.encode() + "\n— name AAAA\n".encode(),
        TEXT.encode() + b"\n" + str(NOTE.signatures[0]).encode() * 101,
    ],
)
def test_a_malformed_note_is_refused(content: bytes) -> None:
    with pytest.raises(NoteError):
        Note.parse(content)


@pytest.mark.parametrize("key", [KEY, COSIGNER_KEY], ids=["log", "cosigner"])
def test_a_changed_text_or_signature_is_found(key: NoteKey) -> None:
    at = 0 if key is KEY else 1
    line = NOTE.signatures[at]
    changed = SignatureLine(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))

    for note in (
        Note(TEXT.replace("\n7\n", "\n8\n"), NOTE.signatures),
        Note(TEXT, [changed]),
        Note(TEXT, [line, changed]),
        Note(TEXT, [SignatureLine(line.name, line.key_id, line.signature[:-1])]),
    ):
        with pytest.raises(NoteError, match=f"wrong signature of {key.name}"):
            note.verify(key)


def test_a_changed_time_is_found() -> None:
    line = NOTE.signatures[1]
    later = SignatureLine(line.name, line.key_id, (1795553261).to_bytes(8, "big") + line.signature[8:])

    with pytest.raises(NoteError, match="wrong signature"):
        Note(TEXT, [later]).verify(COSIGNER_KEY)


def test_the_latest_time_is_the_largest_number_of_63_bits() -> None:
    latest, beyond = (Note(TEXT, [cosign(TEXT, COSIGNER_KEY.name, COSIGNING, at)]) for at in (2**63 - 1, 2**63))

    assert latest.verify(COSIGNER_KEY) == 2**63 - 1
    with pytest.raises(NoteError, match="wrong signature"):
        beyond.verify(COSIGNER_KEY)


def test_a_note_without_the_signature_is_not_trusted() -> None:
    with pytest.raises(NoteError, match="not signed by cosigner"):
        Note(TEXT, NOTE.signatures[:1]).verify(COSIGNER_KEY)


def test_lines_of_other_keys_are_ignored_even_with_the_same_name_or_id() -> None:
    other = Signer(known_bytes("another"))
    same_name = sign_as_log(TEXT, KEY.name, other)
    same_id = SignatureLine("another", KEY.id, bytes(64))

    assert Note(TEXT, [same_name, same_id, *NOTE.signatures]).verify(KEY) == 0


@every(
    "text",
    [
        "origin\n7\n",
        "\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n07\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n-7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n７\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "origin\n7\nAAAA\n",
        "origin\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nextension\n",
    ],
)
def test_a_text_that_is_no_tree_head_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match="not a checkpoint note"):
        head_of(Note(text, []))


def test_extension_lines_are_ignored() -> None:
    assert head_of(Note(TEXT + "extension\n", [])) == head_of(NOTE)


def test_a_note_has_one_mib_at_most() -> None:
    text = TEXT + "x" * (1024 * 1024 - len(bytes(NOTE)) - 1) + "\n"
    longest = bytes(Note(text, [*NOTE.signatures]))

    assert (len(longest), Note.parse(longest).text) == (1024 * 1024, text)
    with pytest.raises(NoteError):
        Note.parse(b"x" + longest)
