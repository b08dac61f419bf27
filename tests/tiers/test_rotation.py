"""Tests that keys turn over in two tiers, where hosts report nothing."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable
from contextlib import suppress

import pytest
import redis
from click.testing import Result

from keys.aead import SealingKey
from keys.errors import IntegrityError
from keys.hosts import TlsIdentity
from keys.keyring import Keyring
from keys.keyset import load
from keys.signers import Signer
from masking_service.rotation import rotate
from masking_service.service.tiers.forwarding import pinned_context
from masking_service.service.tiers.published import STATE_PLACE, publication_key
from masking_service.store.layout import WORKERS
from tests.keys.reader import frame, hkdf
from tests.tiers.split import HOST, Split
from tests.tiers.test_commands import run
from tests.together import repeating
from tests.web.api import SITE, record, token

POINTER = "/sender/phone"


def bring(split: Split) -> None:
    """Bring the host its part of the present keyset."""
    path = split.intake_folder / "keyset.json"
    assert run(split, "keys", "split", HOST, "--out", path).exit_code == 0
    split.intake.keyring.adopt(load(path))


def rotated(split: Split, which: str, between: Callable[[], None]) -> tuple[Result, int]:
    """Rotate a key as an operator does who brings each file to the host; return the end, and how often that was."""
    serial, brought = "0", 0
    while True:
        with repeating(split.learn):
            done = run(split, "keys", "rotate", which, "--hosts-have", serial)
        named = re.search(r"--hosts-have (\d+)", str(done.exception))
        if named is None:
            return done, brought
        between()
        bring(split)
        split.learn()
        between()
        serial, brought = named[1], brought + 1


def test_waybills_of_an_intake_host_move_and_keep_their_tokens(split: Split, valkey: str) -> None:
    tokens: dict[str, str] = {}

    def store() -> None:
        number = f"YT88002123{len(tokens):05}"
        [stored] = split.tokenize(record(number), custody={"site": SITE})
        assert stored["created"]
        tokens[number] = stored["tokens"][POINTER]
        again = split.tokenize(*(record(known) for known in tokens))
        assert [one["tokens"][POINTER] for one in again] == [*tokens.values()]
        assert not any(one["created"] for one in again)

    store()
    done, brought = rotated(split, "index", store)

    assert (done.exit_code, brought) == (0, 3), (done.output, done.exception)
    bring(split)
    store()
    with redis.Redis.from_url(valkey) as client:
        assert list(client.scan_iter("wm:{????????????????}*")) == []
        assert len(list(client.scan_iter("wm:{????????????????.1}0"))) == len(tokens)
        assert len(list(client.scan_iter("wm:{????????????????.1}@"))) == len(tokens)
    split.adopt()
    split.opening.open_case("D-1", *tokens)
    assert [one["value"] for one in split.opening.opened(*map(token, tokens.values()))] == ["13812345678"] * len(tokens)


def test_a_host_knows_every_api_key_while_the_pepper_turns_over(split: Split) -> None:
    numbers = iter(range(1_000))

    def store() -> None:
        [stored] = split.tokenize(record(f"YT88003123{next(numbers):05}"))
        assert stored["created"]

    store()
    done, brought = rotated(split, "clients", store)

    assert (done.exit_code, brought) == (0, 1), (done.output, done.exception)
    split.adopt()
    split.learn()
    store()


def test_a_host_knows_the_store_again_when_the_state_secret_has_turned_over(split: Split) -> None:
    """The first key of the store is sealed anew; the host, which cannot open it, is told its hash."""
    with repeating(split.learn):
        assert run(split, "keys", "rotate", "state").exit_code == 0
    split.learn()

    split.intake.admit_store()
    split.another_intake().store.close()


def test_first_custody_of_a_host_does_not_stop_the_rotation_of_the_state_secret(split: Split) -> None:
    split.tokenize(record(), custody={"site": SITE})

    with repeating(split.learn):
        done = run(split, "keys", "rotate", "state")

    assert done.exit_code == 0, (done.output, done.exception)


def test_a_host_follows_the_opening_tier_to_a_new_secret_of_publications(split: Split) -> None:
    """What is published is read, and known numbers are settled, in every state of the rotation."""
    numbers = iter(range(1_000))
    folder, keyset = split.folder, split.opening_settings.keyset
    before = keyset.read_bytes()

    def store() -> None:
        split.intake.admit_store()
        sent = record(f"YT88002127{next(numbers):05}")
        assert [split.tokenize(sent)[0]["created"] for _ in range(2)] == [True, False]

    store()
    done, brought = rotated(split, "publication", store)

    assert (done.exit_code, brought) == (0, 2), (done.output, done.exception)
    split.learn()
    split.intake.admit_store()
    store()
    (folder / "old.json").write_bytes(before)
    (folder / "old.json").chmod(0o600)
    old = Keyring(load(folder / "old.json"))
    forged = publication_key(old).seal(b"{}", STATE_PLACE + b"/9", bytes(12))
    with pytest.raises(IntegrityError):
        publication_key(split.intake.keyring).open(forged, STATE_PLACE + b"/9")
    with pytest.raises(ssl.SSLError):
        shows(old.opening_tls, split)


def shows(identity: TlsIdentity, split: Split) -> None:
    """Shake hands as a server that shows a certificate, with the intake host."""
    host, opening = split.intake.keyring.host_keys.tls, split.intake.keyring.keyset.opening
    assert opening is not None
    one = pinned_context(ssl.PROTOCOL_TLS_CLIENT, host, opening.certificates)
    other = pinned_context(ssl.PROTOCOL_TLS_SERVER, identity, [host.certificate])
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client, server = one.wrap_bio(to_client, to_server), other.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()


def test_the_host_trusts_the_certificate_that_the_opening_tier_shows(split: Split) -> None:
    shows(split.opening.parts.keyring.opening_tls, split)


def test_the_secret_of_publications_turns_over_only_where_the_tiers_are_split(split: Split) -> None:
    path = split.opening_settings.keyset
    document = json.loads(path.read_bytes())
    document["secrets"] = [one for one in document["secrets"] if one["use"] != "publication"]
    path.write_text(json.dumps(document | {"hosts": []}))

    refused = run(split, "keys", "rotate", "publication")

    assert (refused.exit_code, "not split" in str(refused.exception)) == (1, True)


def test_a_secret_of_publications_does_not_end_while_nothing_is_published_under_the_new_one(
    split: Split, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with an opening tier that is stopped during the rotation."""
    monkeypatch.setattr(rotate, "PUBLISHED_WITHIN_SECONDS", 0.0)
    with redis.Redis.from_url(valkey) as client:
        client.delete(WORKERS)

    refused = run(split, "keys", "rotate", "publication", "--hosts-have", "99")

    assert (refused.exit_code, "has not published" in str(refused.exception)) == (1, True)


def test_publications_under_the_secret_of_earlier_states_are_read(split: Split) -> None:
    keyset = split.opening.parts.keyring.keyset
    key, key_id = (
        hkdf("sha256", keyset.secrets["tag", 0], frame(b"waybill-masking/1", use, b""), length)
        for use, length in ((b"publication", 32), (b"publication key id", 8))
    )
    place = STATE_PLACE + b"/1"
    sealed = SealingKey(key, key_id, label=b"publication", tenant=b"").seal(b"{}", place, bytes(12))
    signer = Signer(
        hkdf("sha256", keyset.secrets["publication", 0], frame(b"waybill-masking/1", b"publication", b""), 32)
    )
    published = sealed + signer.sign(frame(b"waybill-masking/publication", place, sealed))

    assert publication_key(split.intake.keyring).open(published, place) == b"{}"
    assert publication_key(split.opening.parts.keyring).seal(b"{}", place, bytes(12))[:10] != sealed[:10]
