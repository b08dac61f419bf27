"""The tokenizer that a team writes in a day: Flask, Fernet, a random token and one SET for each field.

Each part is used as its own introduction shows it. What such a tokenizer has not: a pipeline or a transaction,
authentication, a policy, a conflict check, tokens that are the same when a batch is sent again, an audit log. The store
is the service's, with the same durable settings. Never deploy it.
"""

import json
import os
import uuid

import redis
from cryptography.fernet import Fernet
from flask import Flask, Response, jsonify, request

RETENTION_SECONDS = 86_400 * 180

app = Flask(__name__)
fernet = Fernet(Fernet.generate_key())
store = redis.Redis.from_url(os.environ["HAND_ROLLED_REDIS_URL"])


def masked(kind: str, value: str) -> str:
    """What the label shows."""
    if kind == "name":
        return value[0] + "*" * (len(value) - 1)
    if kind == "phone":
        return "*" * (len(value) - 4) + value[-4:]
    street, _, _ = value.partition("号")
    return street + "号***"


@app.post("/tokenize")
def tokenize_batch() -> Response:
    """One sealed value, one token and one SET for each of six fields."""
    results = []
    for record in request.get_json()["records"]:
        tokens = {}
        for side in ("sender", "recipient"):
            for kind in ("name", "phone", "address"):
                value = record[side][kind]
                token = str(uuid.uuid4())
                entry = {"waybill_no": record["waybill_no"], "field": f"/{side}/{kind}", "value": value}
                store.set(f"token:{token}", fernet.encrypt(json.dumps(entry).encode()), ex=RETENTION_SECONDS)
                tokens[f"/{side}/{kind}"] = token
                record[side][kind] = masked(kind, value)
        results.append({"record": record, "tokens": tokens})
    return jsonify({"results": results})
