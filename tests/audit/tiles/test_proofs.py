"""Tests the proof of one entry: made from an archive, verified with public keys alone."""

import re
import shutil
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from keys.public_keys import fingerprint
from keys.signatures import Verifier
from keys.signers import Signer
from masking_audit.archive.segments import segment_path
from masking_audit.format.links import entry_hash, first_link_form, place_of
from masking_audit.tiles.log_key import cosign, sign_as_log
from masking_audit.tiles.merkle import ProofError
from masking_audit.tiles.notes import COSIGNER, LOG, Note, NoteKey
from masking_audit.tiles.proofs import Keys, Proof, verify_proof
from masking_audit.tiles.prove import prove
from masking_audit.tiles.reader import TileError
from masking_audit.tiles.tree_head import head_of
from masking_service.store.client import Store
from tests.audit.archives import grow, key_of, note_of
from tests.audit.logs import VERIFIER, Process, signed_entry
from tests.authenticators import Authenticator
from tests.every import every
from tests.keys.known import known_bytes

COSIGNING = Signer(known_bytes("a cosigner"))
COSIGNER_KEY = NoteKey("cosigner.example/1", COSIGNER, COSIGNING.public_bytes())


@pytest.fixture
def archive(store: Store, tmp_path: Path) -> Path:
    """An archive with 300 entries in commits of one to three, and an older note of its first 121."""
    folder = tmp_path / "archive"
    grow(store, folder, *[1, 2, 3] * 20)
    (tmp_path / "older").write_bytes(bytes(note_of(folder)))
    grow(store, folder, *[3, 2, 1] * 30, seed="another")
    return folder


@pytest.fixture
def older(archive: Path, tmp_path: Path) -> Note:
    return Note.parse((tmp_path / "older").read_bytes())


@pytest.fixture
def names(archive: Path) -> list[str]:
    """The ids of the entries, in the order of the archive."""
    lines = segment_path(archive, 1).read_bytes().splitlines()
    return [msgspec.json.decode(line)["id"] for line in lines if line.startswith(b'{"id"')]


@pytest.fixture
def proof(archive: Path, names: list[str]) -> Proof:
    """The proof of the sixth entry, the second of a commit of three."""
    return prove(archive, *place_of(names[5]))


@pytest.fixture
def grown(archive: Path, names: list[str], older: Note) -> Proof:
    """The same with a proof that the log has only grown since the older note."""
    return prove(archive, *place_of(names[5]), older)


def test_every_entry_is_proved_at_its_place(archive: Path, names: list[str]) -> None:
    keys = Keys(key_of(archive), service=VERIFIER)
    assert len(names) > 256

    for index in [*range(0, len(names), 17), 255, 256, len(names) - 1]:
        proof = prove(archive, *place_of(names[index]))
        proved = verify_proof(Proof.parse(bytes(proof)), keys)
        assert (proved.id, proved.index, proved.head) == (names[index], index, head_of(note_of(archive)))


def test_the_file_is_a_c2sp_proof(archive: Path, proof: Proof) -> None:
    head, _, note = bytes(proof).partition(b"\n\n")
    first, extra, index, *hashes = head.decode().split("\n")

    assert (first, index, note) == ("c2sp.org/tlog-proof@v1", "index 5", bytes(note_of(archive)))
    assert extra.startswith("extra ")
    assert {len(b64decode(each)) for each in hashes} == {32}


def test_a_proof_holds_its_entry_and_of_the_rest_of_its_commit_hashes(names: list[str], proof: Proof) -> None:
    own, neighbour = [msgspec.json.decode(each) for each in proof.extra.commit.entries]

    assert (proof.extra.commit.commit, proof.extra.commit.shown) == (names[5], 1)
    assert isinstance(own, dict)
    assert re.fullmatch("[0-9a-f]{64}", neighbour)


def test_a_proof_whose_neighbour_is_changed_proves_nothing(archive: Path, proof: Proof) -> None:
    own, _neighbour = proof.extra.commit.entries
    other = msgspec.Raw(b'"%b"' % (b"0" * 64))
    changed = edited(proof, entries=[own, other])

    with pytest.raises(ProofError, match="not as the service signed it"):
        verify_proof(changed, Keys(key_of(archive), service=VERIFIER))


@pytest.mark.parametrize("hashed", ['"00"', '"zz"', "7", "null"], ids=["short", "no hash", "a number", "null"])
def test_what_is_no_hash_proves_nothing(archive: Path, proof: Proof, hashed: str) -> None:
    changed = edited(proof, entries=[proof.extra.commit.entries[0], msgspec.Raw(hashed.encode())])

    with pytest.raises(ProofError, match=r"not as the service signed it|malformed"):
        verify_proof(changed, Keys(key_of(archive), service=VERIFIER))


def test_the_hash_of_an_entry_is_no_entry(archive: Path, proof: Proof) -> None:
    own, *rest = proof.extra.commit.entries
    hashed = msgspec.Raw(msgspec.json.encode(entry_hash(bytes(own)).hex()))

    with pytest.raises(ProofError, match="only the hash of the entry"):
        verify_proof(edited(proof, entries=[hashed, *rest]), Keys(key_of(archive), service=VERIFIER))


def test_an_entry_of_an_earlier_release_is_proved_with_its_whole_commit(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_service.audit.log.link", first_link_form)
    folder = tmp_path / "archive"
    first, *_ = grow(store, folder, 3)
    monkeypatch.undo()
    old = prove(folder, *place_of(first))

    assert old.extra.commit.shown == 3
    assert b'"form"' not in b64decode(bytes(old).split(b"\n")[1].removeprefix(b"extra "))
    assert verify_proof(Proof.parse(bytes(old)), Keys(key_of(folder), service=VERIFIER)).id == first


def test_a_proof_shows_that_the_log_has_only_grown(archive: Path, grown: Proof, older: Note) -> None:
    proof = Proof.parse(bytes(grown))

    assert verify_proof(proof, Keys(key_of(archive)), older).older == head_of(older)
    assert verify_proof(proof, Keys(key_of(archive)), note_of(archive)).older == head_of(older)


def test_a_kept_checkpoint_needs_a_proof_that_was_made_with_it(archive: Path, proof: Proof, older: Note) -> None:
    with pytest.raises(ProofError, match="does not cover the kept checkpoint"):
        verify_proof(proof, Keys(key_of(archive)), older)


def test_an_old_export_of_the_log_is_found_with_a_newer_kept_checkpoint(
    archive: Path, grown: Proof, older: Note
) -> None:
    hidden = replace(grown, note=older)

    with pytest.raises(ProofError):
        verify_proof(hidden, Keys(key_of(archive)), note_of(archive))


def test_a_proof_shows_that_a_person_signed_what_its_entry_says(store: Store, tmp_path: Path) -> None:
    key, folder = Authenticator(), tmp_path / "archive"
    names = Process(store, "writer").commit(signed_entry(key), signed_entry(key, case="D-2"))
    grow(store, folder, 1, seed="another")
    right, wrong = map(place_of, names)

    proved = verify_proof(prove(folder, *right), Keys(key_of(folder), service=VERIFIER))

    assert proved.approver == fingerprint(key.public_key)
    with pytest.raises(ProofError, match="the person's signature is not valid for the entry"):
        prove(folder, *wrong)


def test_a_cosigner_must_have_cosigned(archive: Path, proof: Proof) -> None:
    text = proof.note.text
    cosigned = replace(
        proof, note=Note(text, [*proof.note.signatures, cosign(text, COSIGNER_KEY.name, COSIGNING, 1795553260)])
    )
    keys = Keys(key_of(archive), [COSIGNER_KEY])

    assert verify_proof(cosigned, keys).cosigned_at == [1795553260]
    with pytest.raises(ProofError, match=r"checkpoint: not signed by cosigner\.example/1"):
        verify_proof(proof, keys)


@pytest.mark.parametrize("missing", [0, 1])
def test_each_cosigner_must_have_cosigned(archive: Path, proof: Proof, missing: int) -> None:
    text, names = proof.note.text, ["cosigner.example/1", "cosigner.example/2"]
    signers = [Signer(known_bytes(name)) for name in names]
    keys = Keys(
        key_of(archive),
        [NoteKey(name, COSIGNER, one.public_bytes()) for name, one in zip(names, signers, strict=True)],
    )
    lines = [cosign(text, name, one, 1795553260) for name, one in zip(names, signers, strict=True)]
    whole, partly = (
        replace(proof, note=Note(text, [*proof.note.signatures, *made])) for made in (lines, [lines[1 - missing]])
    )

    assert verify_proof(whole, keys).cosigned_at == [1795553260] * 2
    with pytest.raises(ProofError, match=re.escape(f"not signed by {names[missing]}")):
        verify_proof(partly, keys)


def edited(proof: Proof, **change: Any) -> Proof:
    """Return the proof with another `extra` line."""
    commit = msgspec.structs.replace(proof.extra.commit, **change)
    return replace(proof, extra=msgspec.structs.replace(proof.extra, commit=commit))


def test_every_change_of_a_proof_is_found(archive: Path, names: list[str], grown: Proof) -> None:
    keys = Keys(key_of(archive), service=VERIFIER)
    commit, growth = grown.extra.commit, grown.extra.older
    assert growth
    entry = bytes(commit.entries[0])

    def with_older(**change: Any) -> Proof:
        older = msgspec.structs.replace(growth, **change)
        return replace(grown, extra=msgspec.structs.replace(grown.extra, older=older))

    changed = {
        "the entry is not in the log": [
            edited(grown, entries=[msgspec.Raw(entry.replace(b"staff/u-", b"staff/v-"))]),
            edited(grown, commit=names[4]),
            replace(grown, index=6),
            replace(grown, hashes=grown.hashes[:-1]),
            replace(grown, hashes=[bytes(32), *grown.hashes[1:]]),
        ],
        "signed": [edited(grown, signature=b64encode(bytes(64)).decode())],
        "malformed": [
            edited(grown, commit="x"),
            edited(grown, previous="x"),
            edited(grown, entries=[]),
            edited(grown, signature=f"!{commit.signature}"),
        ],
        "the proof's checkpoint: wrong signature": [
            replace(grown, note=Note(grown.note.text.replace("\n302\n", "\n303\n"), grown.note.signatures))
        ],
        "the proof's older checkpoint": [
            with_older(checkpoint=growth.checkpoint.replace("\n121\n", "\n122\n")),
            with_older(proof=growth.proof[:-1]),
            with_older(checkpoint="x"),
        ],
    }

    verify_proof(grown, keys)
    for said, proofs in changed.items():
        for each in proofs:
            with pytest.raises(ProofError, match=said):
                verify_proof(each, Keys(keys.log) if said == "the entry is not in the log" else keys)


def test_a_changed_byte_of_the_file_never_proves_anything_else(archive: Path, grown: Proof) -> None:
    content = bytes(grown)
    keys = Keys(key_of(archive), service=VERIFIER)
    expected = verify_proof(Proof.parse(content), keys)
    other = set()

    for at in range(len(content)):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with suppress(ProofError):
            other.add(verify_proof(Proof.parse(changed), keys) == expected)

    assert other <= {True}  # a changed byte may mean the same


def test_an_entry_that_the_service_did_not_sign_is_found(archive: Path, proof: Proof) -> None:
    other = Verifier(Signer(known_bytes("another")).public_pem())

    with pytest.raises(ProofError, match="not as the service signed it"):
        verify_proof(proof, Keys(key_of(archive), service=other))


def test_a_forked_log_is_found(store: Store, valkey: str, archive: Path, older: Note, tmp_path: Path) -> None:
    """The operator of the archive holds its key, and signs another history with it."""
    fork = tmp_path / "fork"
    fork.mkdir()
    for name in ("log-key.pem", "log.vkey"):
        shutil.copy(archive / name, fork / name)
    with redis.Redis.from_url(valkey) as client:
        client.flushall()
    others = grow(store, fork, *[2] * 100, seed="a third")
    forked = prove(fork, *place_of(others[0]))

    with pytest.raises(ProofError, match="does not cover the kept checkpoint"):
        verify_proof(forked, Keys(key_of(archive)), older)
    with pytest.raises(ProofError, match="has not only grown"):
        prove(fork, *place_of(others[0]), older)


@every(
    "content",
    [
        b"",
        b"c2sp.org/tlog-proof@v2\nextra e30=\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v1\nextra e30=\nindex 00\n\n",
        b"c2sp.org/tlog-proof@v1\nextra \xff\nindex 0\n\n",
        b"c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\nAAAA\n\n",
    ],
)
def test_a_file_that_is_no_proof_is_refused(content: bytes) -> None:
    with pytest.raises(ProofError, match="not a proof of an entry"):
        Proof.parse(content)


def test_a_proof_of_another_version_is_refused(proof: Proof) -> None:
    with pytest.raises(ProofError, match="not a proof of an entry"):
        Proof.parse(bytes(proof).replace(b"tlog-proof@v1", b"tlog-proof@v2", 1))


def test_an_entry_that_is_not_in_the_archive_has_no_proof(archive: Path, names: list[str]) -> None:
    writer, _ = place_of(names[0])

    for place in ((writer, 9999), ("ab" * 8, 1)):
        with pytest.raises(ProofError, match="is not in the archive"):
            prove(archive, *place)


def test_an_entry_has_no_proof_without_the_one_before_it(archive: Path, names: list[str]) -> None:
    path = segment_path(archive, 1)
    path.chmod(0o600)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if names[4].encode() not in line))

    with pytest.raises(ProofError, match=f"{names[5]} is not in the archive, or the entry before it is not"):
        prove(archive, *place_of(names[5]))


def test_a_line_that_was_edited_in_the_archive_has_no_proof(archive: Path, names: list[str]) -> None:
    path = segment_path(archive, 1)
    path.chmod(0o600)
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if names[5].encode() in line)
    lines[at] = lines[at].replace(b'"purpose":"dispute"', b'"purpose":"support"')
    path.write_bytes(b"".join(lines))

    with pytest.raises(ProofError, match="the entry is not in the log"):
        prove(archive, *place_of(names[5]))


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/000", "tile/1/000.p/1"])
def test_no_proof_is_made_from_a_changed_tile(archive: Path, names: list[str], name: str) -> None:
    path = archive / "log" / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    with pytest.raises(TileError):
        prove(archive, *place_of(names[5]))


def test_a_checkpoint_of_another_log_with_the_same_key_proves_nothing(archive: Path, proof: Proof) -> None:
    signer = Signer(known_bytes("a log"))
    name = proof.note.text.split("\n")[0]
    key = NoteKey(name, LOG, signer.public_bytes())

    def signed(text: str) -> Proof:
        return replace(proof, note=Note(text, [sign_as_log(text, name, signer)]))

    assert verify_proof(signed(proof.note.text), Keys(key)).index == proof.index
    with pytest.raises(ProofError, match="from another log"):
        verify_proof(signed(proof.note.text.replace(name, "other.example/1", 1)), Keys(key))
