"""Verifies that a device holds a key, and made a proof of it for one request (DPoP, RFC 9449).

The proof names its own public key. Whose key that is, and whether it may be used, is not known here.
"""

import hashlib
import json
from base64 import b32encode
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from jwt import PyJWK, PyJWTError

from keys.assertions import unb64
from keys.errors import IntegrityError
from keys.public_keys import CODE_CHARACTERS, b64
from keys.sound_keys import check_point

MAX_PROOF: Final = 2_048
"""Characters."""
_MEMBERS: Final = {("EC", "P-256"): ("ES256", ("x", "y")), ("OKP", "Ed25519"): ("EdDSA", ("x",))}
"""The algorithm of each sort of key, and the members of its JWK beside its sort."""
_COORDINATE_BYTES: Final = 32
_PORTS: Final = {"https": 443, "http": 80}
_JTI: Final = range(16, 129)
"""Characters."""
CACHED_HEADERS: Final = 4_096
"""Devices whose header a process keeps, read: at most 8 MB of text."""


class ProvenRequest(NamedTuple):
    """The request that a proof has to be made for.

    Attributes:
        method: in upper case.
        path: decoded, as the service acts on it.
        content: `content_hash` of its query and body.
        token: the access token that it carries.
    """

    method: str
    path: str
    content: str
    token: str


class DeviceProof(NamedTuple):
    """A proof that is valid for its request.

    Attributes:
        device: the thumbprint of its key.
        nonce: as the service gave it; empty where it has none.
        jti: unique for each proof.
    """

    device: str
    nonce: str
    jti: str


def content_hash(query: bytes, body: bytes) -> str:
    """Return what a proof says of query and body: SHA-256 of their SHA-256s, base64url."""
    return b64(hashlib.sha256(hashlib.sha256(query).digest() + hashlib.sha256(body).digest()).digest())


def device_code(device: str) -> str:
    """Return the code that the person reads out: ten characters, from the thumbprint of the device's key."""
    return b32encode(hashlib.sha256(b"device-code/1" + device.encode()).digest())[:CODE_CHARACTERS].decode("ascii")


def read_proof(text: str, request: ProvenRequest, origins: tuple[str, ...]) -> DeviceProof:
    """Check a proof in all that RFC 9449, section 4.3, asks for, but for nonce and repetition.

    Its time is not compared: clocks of phones are wrong, and the nonce says how old it is.

    Args:
        text: the header `DPoP`.
        origins: under which the service is called: scheme, host and port.

    Raises:
        IntegrityError: it is not a proof for this request.
    """
    try:
        if len(text) > MAX_PROOF:
            raise IntegrityError("a proof is too long")
        signed, _, signature = text.rpartition(".")
        header, _, claims = signed.partition(".")
        device, key = _read_header(header)
        if not key.Algorithm.verify(signed.encode(), key.key, unb64(signature)):
            raise IntegrityError("a proof was not signed by its key")
        said = json.loads(unb64(claims))
        named = _origin_and_path(said["htu"])
    except (PyJWTError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise IntegrityError("a proof is malformed") from None
    wanted = {
        "htm": request.method,
        "ath": b64(hashlib.sha256(request.token.encode()).digest()),
        "rqh": request.content,
    }
    if any(said.get(name) != value for name, value in wanted.items()) or type(said.get("iat")) is not int:
        raise IntegrityError("a proof was made for another request")
    if named not in {(origin, request.path) for origin in origins}:
        raise IntegrityError("a proof was made for another address")
    jti, nonce = said.get("jti"), said.get("nonce", "")
    if not isinstance(jti, str) or len(jti) not in _JTI or not isinstance(nonce, str):
        raise IntegrityError("a proof has no usable id or nonce")
    return DeviceProof(device, nonce, jti)


@lru_cache(CACHED_HEADERS)
def _read_header(text: str) -> tuple[str, PyJWK]:
    """Return the device and the key of a proof's header, in base64url.

    A device sends the same header each time. Only what the text itself says is kept: the signature is checked for each
    proof, and whether the device may be used is asked for each call. A header that is refused is not kept.
    """
    header = json.loads(unb64(text))
    device, algorithm = read_key(header.get("jwk"))
    if header.get("typ") != "dpop+jwt" or header.get("alg") != algorithm or {"crit", "b64"} & header.keys():
        raise IntegrityError("a proof has another header")
    return device, PyJWK(header["jwk"], algorithm)


def read_key(jwk: Any) -> tuple[str, str]:
    """Return the thumbprint of a public key (RFC 7638), 43 characters of base64url, and its algorithm.

    Raises:
        IntegrityError: it is no public key for ES256 or EdDSA (Ed25519) in its shortest form, or a point that
            `check_point` refuses.
    """
    try:
        algorithm, names = _MEMBERS[jwk["kty"], jwk["crv"]]
        parts = [jwk[name] for name in names]
        coordinates = [unb64(part) for part in parts]
        sound = "d" not in jwk and all(len(one) == _COORDINATE_BYTES for one in coordinates)
        if algorithm == "EdDSA":
            check_point(coordinates[0])
    except (KeyError, TypeError, ValueError, AttributeError):
        sound = False
    if not sound:
        raise IntegrityError("a device's key is no public key for ES256 or EdDSA")
    # The members in the order of their names, without spaces: their values need no escapes.
    members = sorted({"crv": jwk["crv"], "kty": jwk["kty"], **dict(zip(names, parts, strict=True))}.items())
    written = ",".join(f'"{name}":"{value}"' for name, value in members)
    return b64(hashlib.sha256(f"{{{written}}}".encode()).digest()), algorithm


def _origin_and_path(htu: str) -> tuple[str, str]:
    """Return the origin and the decoded path of an address; its query and fragment do not count."""
    parts = urlsplit(htu)
    port = f":{parts.port}" if parts.port not in (None, _PORTS.get(parts.scheme)) else ""
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return f"{parts.scheme}://{user}{parts.hostname}{port}", unquote(parts.path)
