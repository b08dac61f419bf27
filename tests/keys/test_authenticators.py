"""What a browser is asked for when a person makes a key."""

import cbor2
import pytest

from keys.authenticators import NewKey, Signing, creation_options, register
from keys.public_keys import b64
from tests.authenticators import ORIGIN, RP_ID, Authenticator, Maker


def test_a_new_key_is_asked_for_with_the_persons_pin_and_the_models_attestation() -> None:
    assert creation_options(b"challenge", "desk.example", b"0123456789abcdef", "王敏", ["AAEC"]) == {
        "rp": {"id": "desk.example", "name": "desk.example"},
        "user": {"id": "MDEyMzQ1Njc4OWFiY2RlZg", "name": "王敏", "displayName": "王敏"},
        "challenge": "Y2hhbGxlbmdl",
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-7, -8, -257)],
        "timeout": 120_000,
        "excludeCredentials": [{"type": "public-key", "id": "AAEC"}],
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "required"},
        "attestation": "direct",
    }


@pytest.mark.parametrize("through_another", [False, True], ids=["by the root", "through another certificate"])
@pytest.mark.parametrize("synced", [False, True], ids=["bound", "synced"])
def test_a_new_key_names_its_model_only_where_the_first_certificate_names_it(
    synced: bool, through_another: bool
) -> None:
    maker = Maker(through_another=through_another)
    models = {maker.model: [maker.pem()]}
    key, challenge = Authenticator(synced=synced, counter=7), bytes(32)
    options = {"challenge": b64(challenge)}
    signing = Signing(challenge, RP_ID, [ORIGIN])

    attested = register(key.create(options, maker), signing, models)
    unknown = register(key.create(options, maker), signing, {})
    plain = register(key.create(options), signing, models)

    made = NewKey(key.credential, cbor2.dumps(key._cose()), key.public_key, 7, synced, "")
    assert (attested, unknown, plain) == (made._replace(model=maker.model), made, made)
