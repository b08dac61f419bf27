"""The baseline: what the same work costs with nothing around it. A bare Flask loop, not a service: never deploy it.

It decodes a batch, makes six masks a record, seals each record once, derives six
tokens, writes one packed batch and encodes the answer. It has no authentication,
no policy, no leak guard, no conflict check, no log and no error handling.
"""

import base64
import hmac
import os
import re
import time
from collections.abc import Callable
from typing import cast

import hiredis
import msgspec
import redis
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from flask import Flask, Response, request

KEY = os.urandom(32)
SEAL = AESGCMSIV(KEY)
BLOCKS = Cipher(algorithms.AES(KEY), modes.ECB())  # noqa: S305 - the same cipher call as the service's tokens
UNIT = re.compile(r"\d+(?=单元|室)")
PLACES = [(side, kind) for side in ("sender", "recipient") for kind in ("name", "phone", "address")]

app = Flask(__name__)
pack = cast(Callable[[tuple[bytes | str | int, ...]], bytes], hiredis.pack_command)  # its stub allows one argument
pool = redis.ConnectionPool.from_url(os.environ["BASELINE_REDIS_URL"], protocol=2)


def mask(kind: str, value: str) -> str:
    """The simplest masks that there are."""
    if kind == "name":
        return value[0] + "*" * (len(value) - 1)
    if kind == "phone":
        return "*" * (len(value) - 4) + value[-4:]
    return UNIT.sub("***", value)


@app.post("/mask")
def mask_batch() -> Response:
    """Answer a batch with six masked values in each record."""
    records = msgspec.json.decode(request.get_data(cache=False))["records"]
    for record in records:
        for side, kind in PLACES:
            record[side][kind] = mask(kind, record[side][kind])
    return Response(msgspec.json.encode({"results": records}), content_type="application/json")


@app.post("/tokenize")
def tokenize_batch() -> Response:
    """Answer a batch with six tokens in each record; store one sealed value for each, in one write."""
    records = msgspec.json.decode(request.get_data(cache=False))["records"]
    commands = [pack(("MULTI",))]
    blocks = []
    expires = int(time.time()) + 86_400 * 180
    nonces = os.urandom(12 * len(records))
    for at, record in enumerate(records):
        base = hmac.digest(KEY, record["waybill_no"].encode(), "sha256")[:12]
        values = []
        for ordinal, (side, kind) in enumerate(PLACES):
            value = record[side][kind]
            values.append(value)
            record[side][kind] = mask(kind, value)
            blocks.append(base + bytes((0, ordinal, 0, 0)))
        nonce = nonces[12 * at : 12 * at + 12]
        sealed = nonce + SEAL.encrypt(nonce, msgspec.json.encode(values), base)
        key = b"ys:" + base64.b64encode(base)
        commands.append(pack(("SET", key, sealed, "NX", "EXAT", expires)))
    commands.append(pack(("EXEC",)))
    secret = BLOCKS.encryptor().update(b"".join(blocks))
    tokens = [base64.b64encode(secret[at : at + 16]).decode() for at in range(0, len(secret), 16)]
    connection = pool.get_connection()
    connection.send_packed_command([b"".join(commands)])
    for _ in commands:
        connection._parser.read_response()  # noqa: SLF001 - as the service reads it
    pool.release(connection)
    results = [{"record": record, "tokens": tokens[6 * at : 6 * at + 6]} for at, record in enumerate(records)]
    return Response(msgspec.json.encode({"results": results}), content_type="application/json")
