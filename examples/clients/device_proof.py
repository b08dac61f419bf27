"""A courier app's device proofs (DPoP, RFC 9449; docs/signatures.md): enrol this device, then view a waybill with it.

Copy this file; it needs Python 3.10 or newer, `pyjwt[crypto]` and `requests`. On a phone the key stays in its keystore.

    export MASKING_URL=https://masking.example.com MASKING_TOKEN=…    # the access token of the courier who is signed in
    python device_proof.py enrol "round phone"     # prints the code that the courier reads to a supervisor
    python device_proof.py view YT8800400000001
"""

import json
import os
import sys
import time
from base64 import b32encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec

URL, TOKEN, KEY = os.environ["MASKING_URL"], os.environ["MASKING_TOKEN"], Path("device.json")


def b64_hash(content: bytes) -> str:
    return urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()


class Device:
    """This device: its key, made at the first start, and the newest nonce of the service."""

    def __init__(self) -> None:
        if not KEY.exists():
            KEY.touch(0o600)
            KEY.write_text(jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1())))
        secret = json.loads(KEY.read_text())
        self.public = {name: secret[name] for name in ("crv", "kty", "x", "y")}
        self.key, self.nonce = jwt.PyJWK(secret), ""

    def prove(self, method: str, path: str, body: str) -> str:
        """Return the header `DPoP` of one request."""
        way, _, query = path.partition("?")
        content = sha256(query.encode()).digest() + sha256(body.encode()).digest()
        claims = {"htm": method, "htu": URL + way, "ath": b64_hash(TOKEN.encode()), "rqh": b64_hash(content)}
        once = {"jti": os.urandom(16).hex(), "iat": int(time.time()), "nonce": self.nonce}
        return jwt.encode(claims | once, self.key, "ES256", {"typ": "dpop+jwt", "jwk": self.public})

    def ask(self, method: str, path: str, body: str = "", *, again: bool = True) -> requests.Response:
        """Send a request; again with a new nonce, where the service asks for that."""
        headers = {"Authorization": f"Bearer {TOKEN}", "DPoP": self.prove(method, path, body)}
        answer = requests.request(method, URL + path, data=body.encode(), headers=headers, timeout=10)
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return self.ask(method, path, body, again=False) if again and answer.status_code == 401 else answer


if __name__ == "__main__":
    what, name = sys.argv[1:]
    asked = {"enrol": ("POST", "/v1/me/devices", json.dumps({"name": name})), "view": ("GET", f"/v1/waybills/{name}")}
    answer = Device().ask(*asked[what])
    if what == "enrol" and answer.ok:
        print("code", b32encode(sha256(b"device-code/1" + answer.json()["device"].encode()).digest())[:10].decode())
    print(answer.text)
    sys.exit(not answer.ok)
