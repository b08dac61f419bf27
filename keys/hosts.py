"""The keyset's record of each intake host, and a host's own secrets."""

from dataclasses import dataclass
from hashlib import sha256

from keys.certificates import private_pem, self_signed
from keys.hour_keys import HOST_ID_BYTES
from keys.secret import Secret
from keys.signatures import Verifier
from keys.signers import Signer


@dataclass(frozen=True, slots=True, eq=False)
class Host:
    """An intake host, as the opening tier knows it.

    Attributes:
        certificate: its TLS certificate, PEM.
        revoked: whether nothing that it signed is trusted any more.
        since: when it was enrolled or revoked; days since 1970-01-01.
    """

    name: str
    verifier: Verifier
    certificate: str
    revoked: bool
    since: int


class TlsIdentity(Secret):
    """A TLS key with its self-signed certificate, which the other side pins.

    Args:
        seed: 32 derived bytes.

    Attributes:
        certificate: PEM.
        private_key: PEM, not encrypted.
    """

    __slots__ = ("certificate", "private_key")

    def __init__(self, seed: bytes, name: str) -> None:
        self.certificate = self_signed(seed, name)
        self.private_key = private_pem(seed)


def host_id(signing_key: bytes) -> bytes:
    """Return the 8-byte id of the host with this public signing key (32 bytes)."""
    return sha256(b"waybill-masking host" + signing_key).digest()[:HOST_ID_BYTES]


class HostKeys(Secret):
    """What an intake host has itself.

    Args:
        signing_seed, tls_seed: 32 derived bytes each.

    Attributes:
        id: 8 bytes.
        tls: shows the opening tier who calls.
    """

    __slots__ = ("id", "signer", "tls")

    def __init__(self, signing_seed: bytes, tls_seed: bytes, name: str) -> None:
        self.signer = Signer(signing_seed)
        self.id = host_id(self.signer.public_bytes())
        self.tls = TlsIdentity(tls_seed, name)
