"""The tokenizer that an engineer writes in some days and defends in a review: never deploy it.

It has what a reviewer asks for: AES-GCM with the place of the value as associated data, keyed tokens that are the same
when a batch is sent again, and one pipelined transaction a batch. What it has not: authentication, a policy, a
conflict check, revisions, an audit log, a leak guard, and masks for other values than these. The store is the
service's, with the same durable settings.
"""

import base64
import hmac
import os
import re
from typing import Any

import msgspec
import redis
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, Response, request

RETENTION_SECONDS = 86_400 * 180
NONCE_BYTES = 12
KEY = os.urandom(32)
TOKEN_KEY = os.urandom(32)
UNIT = re.compile(r"\d+(?=单元|室)")
FIELDS = tuple((side, kind) for side in ("sender", "recipient") for kind in ("name", "phone", "address"))

app = Flask(__name__)
cipher = AESGCM(KEY)
store = redis.Redis.from_url(os.environ["HAND_ROLLED_REDIS_URL"])


def masked(kind: str, value: str) -> str:
    """What the label shows."""
    if kind == "name":
        return value[0] + "*" * (len(value) - 1)
    if kind == "phone":
        return "*" * (len(value) - 4) + value[-4:]
    return UNIT.sub("***", value)


def token_of(place: bytes) -> str:
    """The token of a waybill's field."""
    return base64.urlsafe_b64encode(hmac.digest(TOKEN_KEY, place, "sha256")[:16]).decode().rstrip("=")


def tokenized(record: dict[str, Any], pipeline: Any) -> dict[str, str]:
    """Mask a record's six fields, and queue their sealed values; return their tokens."""
    tokens = {}
    for side, kind in FIELDS:
        value, pointer = record[side][kind], f"/{side}/{kind}"
        place = f"{record['waybill_no']}{pointer}".encode()
        token = tokens[pointer] = token_of(place)
        nonce = os.urandom(NONCE_BYTES)
        pipeline.set(f"token:{token}", nonce + cipher.encrypt(nonce, value.encode(), place), ex=RETENTION_SECONDS)
        record[side][kind] = masked(kind, value)
    return tokens


@app.post("/tokenize")
def tokenize_batch() -> Response:
    """Six sealed values and six tokens a record, and one transaction a batch."""
    records = msgspec.json.decode(request.get_data(cache=False))["records"]
    with store.pipeline(transaction=True) as pipeline:
        results = [{"tokens": tokenized(record, pipeline), "record": record} for record in records]
        pipeline.execute()
    return Response(msgspec.json.encode({"results": results}), content_type="application/json")
