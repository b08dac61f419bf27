"""Registers people's keys and verifies what they sign (WebAuthn level 3), for a running service.

A new key is verified with its attestation where the policy names models. No private key is ever here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_attestation_object,
    parse_client_data_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AttestationFormat, CredentialDeviceType

from keys.assertions import unb64
from keys.errors import IntegrityError
from keys.public_keys import b64
from keys.sound_keys import sound_key

ALGORITHMS: Final = (
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
"""Windows Hello has the last one only."""
_MODEL: Final = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
"""The extension of an attestation certificate that names the model (WebAuthn, section 8.2.1)."""
_DER_PREFIX: Final = b"\x04\x10"
_BROKEN: Final = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
)
"""What the libraries raise for something malformed."""


class NewKey(NamedTuple):
    """A key that a person's authenticator has made.

    Attributes:
        credential: its id, as the authenticator names it.
        cose: the public key as the authenticator wrote it.
        public_key: SubjectPublicKeyInfo in DER.
        counter: how often it was used; 0 where the authenticator does not count.
        synced: whether it may leave its device.
        model: the model of the authenticator (AAGUID), if its attestation is verified; else empty.
    """

    credential: bytes
    cose: bytes
    public_key: bytes
    counter: int
    synced: bool
    model: str


class Signing(NamedTuple):
    """Where and for what a signature is accepted.

    Attributes:
        challenge: SHA-256 of the statement.
        rp_id: the domain of the keys.
        origins: the pages that may ask for signatures.
    """

    challenge: bytes
    rp_id: str
    origins: Sequence[str]


class Assertion(NamedTuple):
    """What an authenticator answered."""

    credential: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes


def creation_options(challenge: bytes, rp_id: str, user: bytes, name: str, known: Sequence[str]) -> dict[str, Any]:
    """Return the options of a new key, as a browser's `parseCreationOptionsFromJSON` reads them.

    Args:
        user: 16 to 64 bytes that name the person to the authenticator, and to no other party.
        name: what the authenticator shows for the person.
        known: the ids of keys that the person has, base64url; their authenticators make no second one.
    """
    return {
        "rp": {"id": rp_id, "name": rp_id},
        "user": {"id": b64(user), "name": name, "displayName": name},
        "challenge": b64(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": int(one)} for one in ALGORITHMS],
        "timeout": 120_000,
        "excludeCredentials": [{"type": "public-key", "id": one} for one in known],
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "required"},
        "attestation": "direct",
    }


def register(credential: Mapping[str, Any], signing: Signing, models: Mapping[str, Sequence[bytes]]) -> NewKey:
    """Verify a new key.

    Args:
        credential: RegistrationResponseJSON.
        models: the models whose attestation is verified: root certificates (PEM) by AAGUID.

    Raises:
        IntegrityError: it is malformed, or a key that `keys.sound_keys` refuses, or was made for another challenge,
            page or site, or without the person.
    """
    try:
        told = parse_attestation_object(unb64(credential["response"]["attestationObject"]))
        made = told.auth_data.attested_credential_data
        model = model_name(made.aaguid) if made is not None else ""
        roots = models.get(model, ())
        attested = bool(roots) and told.fmt == AttestationFormat.PACKED and bool(told.att_stmt.x5c)
        found = verify_registration_response(
            credential=dict(credential),
            expected_challenge=signing.challenge,
            expected_rp_id=signing.rp_id,
            expected_origin=list(signing.origins),
            require_user_verification=True,
            supported_pub_key_algs=list(ALGORITHMS),
            pem_root_certs_bytes_by_fmt={AttestationFormat.PACKED: list(roots)} if attested else None,
        )
        attested = attested and _names_model((told.att_stmt.x5c or [b""])[0], made.aaguid if made else b"")
        decoded = decoded_public_key_to_cryptography(decode_credential_public_key(found.credential_public_key))
        public_key = sound_key(decoded).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except _BROKEN:
        raise IntegrityError("a new key is not what was asked for") from None
    synced = found.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    known = model if attested else ""
    return NewKey(found.credential_id, found.credential_public_key, public_key, found.sign_count, synced, known)


def model_name(aaguid: bytes) -> str:
    """Return an AAGUID as it is written: 8-4-4-4-12 hexadecimal digits."""
    text = aaguid.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _names_model(certificate: bytes, aaguid: bytes) -> bool:
    """Return whether an attestation certificate names this model: else any model of its maker could claim another."""
    extensions = x509.load_der_x509_certificate(certificate).extensions
    try:
        value = extensions.get_extension_for_oid(_MODEL).value
    except x509.ExtensionNotFound:
        return False
    return isinstance(value, x509.UnrecognizedExtension) and value.value == _DER_PREFIX + aaguid


def verify(assertion: Assertion, cose: bytes, signing: Signing) -> int:
    """Check that a person's key signed, with the person present and verified; return its counter.

    Args:
        cose: the public key as it was registered.

    Raises:
        IntegrityError: it did not.
    """
    response = {
        "clientDataJSON": b64(assertion.client_data),
        "authenticatorData": b64(assertion.authenticator_data),
        "signature": b64(assertion.signature),
    }
    try:
        if decode_credential_public_key(cose).alg not in ALGORITHMS:
            raise IntegrityError("a person's key is of an unknown sort")
        client = parse_client_data_json(assertion.client_data)
        if client.cross_origin:
            raise IntegrityError("a signature was made inside another page")
        if client.origin not in signing.origins:
            raise IntegrityError("a signature was made on another page")
        found = verify_authentication_response(
            credential={
                "id": b64(assertion.credential),
                "rawId": b64(assertion.credential),
                "type": "public-key",
                "response": response,
            },
            expected_challenge=signing.challenge,
            expected_rp_id=signing.rp_id,
            expected_origin=list(signing.origins),
            credential_public_key=cose,
            credential_current_sign_count=0,  # counters are compared elsewhere: parallel calls overtake each other
            require_user_verification=True,
        )
    except _BROKEN:
        raise IntegrityError("a signature is not what was asked for") from None
    return found.new_sign_count
