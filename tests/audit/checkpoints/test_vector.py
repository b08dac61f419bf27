"""The bytes of a checkpoint, its link and its signature."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from keys.signatures import Verifier
from masking_audit.format.lines import Checkpoint, CheckpointLine
from masking_audit.format.links import checkpoint_message, encode
from tests.audit.logs import SIGNER

pytestmark = pytest.mark.usefixtures("spread")
VECTOR: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "checkpoint.json").read_text("utf-8"))


def test_the_checkpoint_of_the_vector_has_exactly_these_bytes_and_this_signature() -> None:
    content = encode(msgspec.json.decode(VECTOR["checkpoint"], type=Checkpoint))
    line = CheckpointLine(msgspec.json.decode(content, type=Checkpoint), content, bytes.fromhex(VECTOR["signature"]))

    assert (content.decode(), line.link.hex()) == (VECTOR["checkpoint"], VECTOR["link"])
    assert SIGNER.sign(checkpoint_message(line.link)) == line.signature


def test_an_independent_verifier_finds_the_same_link_and_message() -> None:
    def framed(*parts: bytes) -> bytes:
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    link = hashlib.sha256(framed(b"audit-checkpoint/1", VECTOR["checkpoint"].encode())).digest()
    assert link.hex() == VECTOR["link"]
    Verifier(VECTOR["public_key"].encode()).verify(
        bytes.fromhex(VECTOR["signature"]), framed(b"audit-checkpoint/1", link)
    )
