"""Tests Ed25519 with vectors of RFC 8032."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.development_issuer import new_private_pem, public_pem
from keys.errors import IntegrityError, KeysetError
from keys.signatures import Verifier
from keys.signers import Signer, create_key_file
from tests.keys.known import known_keyring, secret_file

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
OF_NOTHING = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)


def test_the_signature_of_nothing_is_that_of_the_rfc() -> None:
    assert Signer(SEED).sign(b"") == OF_NOTHING


def test_the_public_key_is_that_of_the_rfc() -> None:
    expected = Ed25519PublicKey.from_public_bytes(PUBLIC)

    assert Signer(SEED).public_pem() == expected.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_what_was_signed_verifies() -> None:
    signer = Signer(SEED)

    Verifier(signer.public_pem()).verify(signer.sign(b"an entry"), b"an entry")


@pytest.mark.parametrize("signature", [OF_NOTHING, bytes(64), b"", b"short"])
def test_another_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(IntegrityError):
        Verifier(Signer(SEED).public_pem()).verify(signature, b"an entry")


def test_another_keys_signature_is_refused() -> None:
    with pytest.raises(IntegrityError, match=r"^a signature was not made with this key$"):
        Verifier(Signer(bytes(32)).public_pem()).verify(OF_NOTHING, b"")


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (b"", "is not a public key in PEM"),
        (b"no key", "is not a public key in PEM"),
        (public_pem(new_private_pem()), "is not an Ed25519 public key"),
    ],
    ids=["empty", "no PEM", "another algorithm"],
)
def test_what_is_no_ed25519_public_key_is_refused(pem: bytes, said: str) -> None:
    with pytest.raises(KeysetError, match=f"^{said}$"):
        Verifier(pem)


def test_a_verifier_is_made_of_a_bare_public_key() -> None:
    Verifier.from_bytes(PUBLIC).verify(OF_NOTHING, b"")

    assert Signer(SEED).public_bytes() == PUBLIC


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_public_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeysetError, match=r"^is not an Ed25519 public key$"):
        Verifier.from_bytes(bytes(length))


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    create_key_file(path)
    content = path.read_bytes()
    with pytest.raises(FileExistsError):
        create_key_file(path)

    assert (path.stat().st_mode & 0o777, path.read_bytes()) == (0o600, content)
    signer = Signer.from_file(path)
    Verifier(signer.public_pem()).verify(Signer.from_file(path).sign(b"message"), b"message")
    with pytest.raises(IntegrityError):
        Verifier(Signer(SEED).public_pem()).verify(signer.sign(b"message"), b"message")


@pytest.mark.parametrize("content", [b"", b"no key", new_private_pem()], ids=["empty", "no PEM", "another algorithm"])
def test_a_file_without_an_ed25519_private_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = secret_file(tmp_path / "key.pem", content)

    with pytest.raises(KeysetError, match=r"key\.pem: is not an Ed25519 private key in PEM$"):
        Signer.from_file(path)


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    create_key_file(path)
    path.chmod(0o644)

    with pytest.raises(KeysetError, match="gives others access"):
        Signer.from_file(path)


def test_a_signer_cannot_be_printed() -> None:
    assert repr(Signer(SEED)) == "<Signer>"


def test_a_keyset_has_one_signer_for_its_audit_log() -> None:
    """A verifier keeps this public key from the first day of the log: it must not change."""
    public = b"MCowBQYDK2VwAyEAmszn/EQExd0nTstrVSneFML0TMsDsXOjlljSdQC6ZJA="

    assert known_keyring().audit_signer.public_pem().splitlines()[1] == public
