"""What a browser is asked for when a person makes a key."""

from keys.authenticators import creation_options


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
