"""The targets: each takes any bytes, and fails where the service would break a promise.

A promise is: no exception but the one that refuses, no value of a record in an answer, a mask that masking again does
not change, a status of the contract, and an answer within a second.
"""

from __future__ import annotations

import functools
import io
import json
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import atheris
import click
from click.testing import CliRunner
from jwt import PyJWS

from keys.signatures import Verifier
from keys.signers import Signer
from masking_audit.tiles.cosigner import Cosigner
from masking_audit.tiles.merkle import ProofError
from masking_audit.tiles.notes import LOG, NoteKey
from masking_audit.tiles.proofs import Keys, Proof, verify_proof
from masking_audit.verify.verifier import Verification, read_lines, verify
from masking_files import commands as file_commands
from masking_service.cli import commands
from masking_service.dev.development import Development
from masking_service.dev.embedded import EmbeddedServer
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.name import mask_name
from masking_service.masking.kinds.phone import mask_phone, phone_numbers
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.record import Masker, sample_record
from masking_service.masking.records.schema import Schema
from masking_service.masking.schemas import load_schemas
from masking_service.observability.logs import log
from masking_service.runtime.wiring import assemble
from masking_service.service.people.clients import key_bytes, key_text
from masking_service.service.people.errors import Unauthenticated
from masking_service.service.people.policy import Policy
from masking_service.service.vault.records import read_token
from masking_service.shipped import ROOT
from tests.growth import grows
from tests.keys.known import known_bytes, known_keyring
from tests.service.people.tokens import KEY, NOW, issuers
from tests.web.api import MASKED, Api, record
from tests.web.people import PRINTER

SECONDS = 3.0
"""Of a processor, for one input. Instrumented code on a busy machine takes several times as long as the service."""
NOTABLE_SECONDS = 0.2
SECRET = "13987654321"
"""Is in every record that is sent; no answer may hold it."""
STATUSES = {200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503}


def texts(data: bytes) -> None:
    """No mask of a text raises, and none changes its own result."""
    value = data.decode("utf-8", "ignore")
    scrubbed = scrub(value)
    assert scrub(scrubbed) is scrubbed
    for keep in (0, 4):
        phone = mask_phone(value, keep)
        assert mask_phone(phone, keep) == phone
    for hide_last in (4, 8):
        phone = mask_phone(value, 0, hide_last)
        assert mask_phone(phone, 0, hide_last) == phone
    for hide in ("given", "middle", "all"):
        name = mask_name(value, hide)
        assert mask_name(name, hide) == name
    for hide in ("unit", "detail", "all"):
        address = mask_address(value, hide)
        assert mask_address(address, hide) == address
    for mask in _text_masks():
        text = mask(value)
        assert mask(text) == text
    phone_numbers(value)
    for kind in ("name", "phone", "address", "unit", "text"):
        hidden_form(kind, value)


@functools.cache
def _text_masks() -> list[Callable[[str], str]]:
    profiles = Policy.load(ROOT / "policy.yaml", development=False).rules.profiles.values()
    return [Masks(profile).text_mask for profile in profiles]


load_schemas_once = functools.cache(load_schemas)


@functools.cache
def _maskers() -> list[tuple[Schema, Masker]]:
    profiles = Policy.load(ROOT / "policy.yaml", development=False).rules.profiles.values()
    return [
        (schema, Masker(schema, profile)) for _, schema in sorted(load_schemas_once().items()) for profile in profiles
    ]


def records(data: bytes) -> None:
    """A record is masked or refused under every schema; masking the mask changes nothing."""
    given = atheris.FuzzedDataProvider(data)
    schema, masker = given.PickValueInList(_maskers())
    value = _record(given, schema)
    with suppress(InvalidRecord):
        masker.mask(value)
        masked = json.dumps(value)
        masker.mask(value)
        assert json.dumps(value) == masked


def _record(given: Any, schema: Schema) -> dict[str, Any]:
    """Return a record of `schema` in which some members are replaced or added."""
    record = sample_record(schema)
    for _ in range(given.ConsumeIntInRange(1, 6)):
        parent: Any = record
        while True:
            name = given.PickValueInList([*parent, *ADDED] if isinstance(parent, dict) else [*range(len(parent))])
            inner = parent.get(name) if isinstance(parent, dict) else parent[name]
            if not isinstance(inner, dict | list) or not inner or not given.ConsumeIntInRange(0, 3):
                parent[name] = _json(given, 3)
                break
            parent = inner
    return record


ADDED = ("x", "备注", "收件人", "mobile", "note")


def _json(given: Any, depth: int) -> Any:
    """Return any JSON value, a text most often."""
    kind = given.ConsumeIntInRange(0, 9)
    if kind == 0:
        return given.ConsumeInt(9)
    if kind == 1:
        return given.PickValueInList([None, True, False, 0.5, 1e308, -1])
    if kind == 2 and depth:
        return [_json(given, depth - 1) for _ in range(given.ConsumeIntInRange(0, 3))]
    if kind == 3 and depth:
        return {given.ConsumeUnicodeNoSurrogates(6): _json(given, depth - 1) for _ in range(2)}
    return given.ConsumeUnicodeNoSurrogates(given.ConsumeIntInRange(0, 60))


@functools.cache
def _service() -> Api:
    """A service without a store: what it answers to bytes must not depend on one."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    with EmbeddedServer(folder / "store") as server:
        made = Development({"MASKING_STATE_DIR": str(folder / "dev"), "MASKING_REDIS_URL": server.url})
        with made as development:
            parts = assemble(development.settings)
    log._logger._write = lambda _: None  # type: ignore[attr-defined]  # behind the proxy
    return Api(parts)


PATHS = ("mask", "mask", "mask", "mask", "tokenize", "waybills/view", "detokenize", "cases", "custody")


def bodies(data: bytes) -> None:
    """Every body has an answer of the contract, and no answer holds what a record held."""
    path = PATHS[data[0] % len(PATHS)] if data else "mask"
    answered = _service().post(PRINTER, f"/v1/{path}", data=data[1:])
    assert answered.status_code in STATUSES, answered.status_code
    if answered.status_code >= 400:
        assert answered.content_type == "application/problem+json"


def neighbours(data: bytes) -> None:
    """A record of any JSON changes nothing for its neighbours, and its phone is not answered in full."""
    given = atheris.FuzzedDataProvider(data)
    planted = {**_record(given, load_schemas_once()["standard"])}
    planted["recipient"] = {"phone": SECRET, "name": _json(given, 2), "address": _json(given, 2)}
    sent = json.dumps({"records": [record("SF1111111111"), planted]}).encode()
    answered = _service().post(PRINTER, "/v1/mask", data=sent)
    assert answered.status_code in STATUSES
    if answered.status_code == 200:
        first = answered.get_json()["results"][0]["record"]
        assert {name: first[name] for name in MASKED} == MASKED
        assert SECRET not in answered.text or sent.count(SECRET.encode()) > 1


TOKEN_KEYS = known_keyring().tenant("default").tokens


def tokens(data: bytes) -> None:
    """A text is a token or it is not; one that is read is spelled in one way only."""
    text = data.decode("utf-8", "ignore")
    if read_token(TOKEN_KEYS, text) is not None:
        assert read_token(TOKEN_KEYS, text.swapcase()) is None


BELIEVED = issuers()
_JWS = PyJWS()


def jwts(data: bytes) -> None:
    """Bytes are no token; claims of any bytes, signed, are refused or name a person within the issuer's limits."""
    with suppress(Unauthenticated):
        BELIEVED.authenticate(data.decode("utf-8", "ignore"), NOW)
        raise AssertionError("a token that was not signed is believed")
    with suppress(Unauthenticated):
        person = BELIEVED.authenticate(_JWS.encode(data, KEY, "ES256"), NOW)
        assert person.tenant in {"default", "other"}
        assert {*person.roles} <= {"courier", "dispute-officer"}


def api_keys(data: bytes) -> None:
    """Of all spellings of a key one is read, and the same bytes give it back."""
    with suppress(Unauthenticated):
        text = data.decode("utf-8", "ignore")
        assert key_text(key_bytes(text)) == text


# Each run would read them anew, and they take ten times as long as a small file.
vars(file_commands)["load_schemas"] = load_schemas_once
Policy.load = functools.cache(Policy.load)  # type: ignore[method-assign]  # as above
FORMATS = ("csv", "csv", "json", "ndjson")


def tables(data: bytes) -> None:
    """A file is masked or refused in words, and nothing of a refused one is written."""
    shape = FORMATS[data[0] % len(FORMATS)] if data else "csv"
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "out"
        done = CliRunner().invoke(
            commands,
            ["mask", "-", f"--format={shape}", "--output", str(output)],
            input=data[1:],
            env={"MASKING_STATE_DIR": name},
        )
        assert isinstance(done.exception, SystemExit | click.ClickException | None), repr(done.exception)
        assert done.exit_code in {0, 1, 2}
        assert done.exit_code != 2 or not output.exists()


VERIFIER = Verifier(known_keyring().audit_signer.public_pem())


def audit_files(data: bytes) -> None:
    """A log of any bytes is verified to its end, and a changed one is never whole."""
    verification = Verification(VERIFIER)
    verify(read_lines(io.BytesIO(data)), verification)


LOG_KEY = NoteKey("log.example/1", LOG, Signer(known_bytes("a log")).public_bytes())


def proofs(data: bytes) -> None:
    """A proof, or a checkpoint that is to be cosigned, is accepted or refused, whatever its bytes."""
    with suppress(ProofError):
        verify_proof(Proof.parse(data), Keys(LOG_KEY, service=VERIFIER))
    assert cosigner().add_checkpoint(data).status in {200, 400, 403, 404, 409, 422}


@functools.cache
def cosigner() -> Cosigner:
    return Cosigner(Path(tempfile.mkdtemp()), "cosigner.example/1", [LOG_KEY], lambda: 1)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "texts": texts,
    "records": records,
    "bodies": bodies,
    "neighbours": neighbours,
    "tokens": tokens,
    "jwts": jwts,
    "api_keys": api_keys,
    "tables": tables,
    "audit_files": audit_files,
    "proofs": proofs,
}


def timed(target: Callable[[bytes], None], data: bytes) -> None:
    """Run a target on `data` within the bound that holds for any answer.

    Where that takes long, twice as much of the same has to take about twice as long at most.
    """
    begun = time.process_time()
    target(data)
    taken = time.process_time() - begun
    assert taken < SECONDS, f"{taken:.1f} s"
    if taken > NOTABLE_SECONDS:
        assert not grows(target, data, len(data)), f"{taken:.2f} s, and twice as much takes far longer"
