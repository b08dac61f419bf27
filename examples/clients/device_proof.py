"""A courier app's device proofs (DPoP, RFC 9449; docs/signatures.md): enrol this device, then view a waybill with it.

Copy this file; it needs Python 3.10 or newer and `cryptography`. On a phone the key stays in its keystore.

    export MASKING_URL=https://masking.example.com MASKING_TOKEN=…    # the access token of the courier who is signed in
    python device_proof.py enrol "round phone"     # prints the code that the courier reads to a supervisor
    python device_proof.py view YT8800400000001
"""

import hashlib
import http.client
import json
import os
import secrets
import sys
import time
from base64 import b32encode, urlsafe_b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

URL, TOKEN, KEY = os.environ["MASKING_URL"], os.environ["MASKING_TOKEN"], Path("device.pem")
PEM = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


if not KEY.exists():
    KEY.touch(0o600)
    KEY.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(*PEM))
key: Any = load_pem_private_key(KEY.read_bytes(), None)
public = key.public_key().public_numbers()
jwk = {"crv": "P-256", "kty": "EC", "x": b64(public.x.to_bytes(32, "big")), "y": b64(public.y.to_bytes(32, "big"))}


def prove(method: str, path: str, body: bytes, nonce: str) -> str:
    """Return the header `DPoP` of one request."""
    way, _, query = path.partition("?")
    claims = {
        "htm": method,
        "htu": URL + way,
        "iat": int(time.time()),
        "jti": secrets.token_urlsafe(16),
        "nonce": nonce,
    }
    claims |= {"ath": b64(sha256(TOKEN.encode())), "rqh": b64(sha256(sha256(query.encode()) + sha256(body)))}
    parts = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}, claims
    signed = ".".join(b64(json.dumps(part).encode()) for part in parts)
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def ask(method: str, path: str, body: bytes = b"", nonce: str = "") -> tuple[int, dict[str, Any]]:
    """Send a request; again with the nonce, where the service asks for that."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    address = urlsplit(URL)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=10)
    connection.request(method, path, body or None, headers | {"DPoP": prove(method, path, body, nonce)})
    response = connection.getresponse()
    answer = json.loads(response.read())
    if answer.get("code") == "device-proof-required" and not nonce:
        return ask(method, path, body, answer["nonce"])
    return response.status, answer


if __name__ == "__main__":
    if sys.argv[1] == "enrol":
        status, answer = ask("POST", "/v1/me/devices", json.dumps({"name": sys.argv[2]}).encode())
        print("code", b32encode(sha256(b"device-code/1" + answer.get("device", "").encode()))[:10].decode())
    else:
        status, answer = ask("GET", f"/v1/waybills/{sys.argv[2]}")
    print(json.dumps(answer, ensure_ascii=False))
    sys.exit(status >= 300)
