"""`keys leaver` in two tiers: a person who had root on every machine is left with nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from click.testing import Result

from keys.aead import SealingKey
from keys.day_keys import DayPublicKey
from keys.errors import IntegrityError
from keys.hour_keys import Maker, new_hour_key
from keys.keyring import Keyring
from keys.keyset import load
from masking_service.service.tiers.forwarding import Forwarding, NotSettled, Resubmission, SubmittedAgain
from masking_service.service.tiers.published import STATE_PLACE, publication_key
from masking_service.store.layout import hour_key_key, record_key, record_stems
from tests.keys.reader import Refused, frame, hkdf, open_envelope
from tests.tiers.split import HOST, Split
from tests.tiers.test_commands import run
from tests.together import repeating
from tests.web.api import NUMBER, SITE, content, record, token

pytestmark = pytest.mark.timeout(400)
POINTER = "/sender/phone"
SUCCESSOR = "intake-2"
LATER = "YT8800212345679"


class Thief:
    """Holds copies of both keysets, every data key and every hour key, and gets a fresh copy of the store."""

    def __init__(self, split: Split, url: str) -> None:
        self.url = url
        self.whole, self.host = (Keyring(load(_copy(path))) for path in _keysets(split))
        vault, client = split.opening.parts.vault, redis.Redis.from_url(url)
        self._keys: list[SealingKey] = [
            key
            for batch in vault.data_keys._wrapped.all()
            for key_id, (stored, _) in batch.items()
            if stored.wrapped is not None
            for key in [self.whole.open_data_key(stored.tenant, key_id, stored.wrapped)]
        ]
        headers = {_value(client, key)[:10] for key in client.scan_iter("wm:{????????????????}0")}
        self._keys += [key for key in vault.record_keys.by_headers("default", headers).values() if key is not None]
        self._publication = [
            hkdf("sha256", secret, _derived(b"publication"), 32) for secret in self.whole.keyset.secrets.values()
        ]

    def opens(self) -> int:
        """How many values of the store open with any key of before."""
        states = [self.whole.tenant(tenant).state for tenant in ("", "default")]
        return sum(
            any(_opened(opener, value, place) for opener in (*self._keys, *states))
            or any(_read(key, value, place) for key in self._publication)
            for place, value in self._values()
        )

    def _values(self) -> Iterator[tuple[bytes, bytes]]:
        """Every value, with the place that is bound into it."""
        client = redis.Redis.from_url(self.url)
        for key in client.scan_iter(b"wm:*"):
            kind = client.type(key)
            if kind == b"string":
                yield key, _value(client, key)
            elif kind == b"hash":
                for name, value in client.hgetall(key).items():
                    assert isinstance(value, bytes)
                    yield key + b"/" + name, value

    def finds(self) -> int:
        """Whether a number that is stored is found."""
        places = [record_key(stem, 0) for stem in record_stems(self.whole.tenant("default").bases([NUMBER]))]
        return int(redis.Redis.from_url(self.url).exists(*places))

    def tells(self, split: Split, action: str) -> list[bool]:
        """Of the entries about a number: whether the keys of before tell that they are."""
        keys = self.whole.tenant("default")
        known = {*keys.audit_hashes("waybill", keys.bases([NUMBER])[0].hex())}
        auditor = split.opening.mint("auditor", "u-9")
        found = content(split.opening.get(auditor, f"/v1/audit?action={action}&waybill={NUMBER}"))["entries"]
        return [any(item["waybill"] in known for item in one["items"]) for one in found]

    def forges(self, split: Split) -> bytes:
        """Store an hour key that the old host signs; what names it in a record."""
        now, host = split.now, self.host.host_keys
        day = split.intake.published.day_key("default", now)
        maker = Maker(host.id, bytes(8), host.signer)
        key, wrap = new_hour_key(
            maker,
            b"default",
            day.key_id,
            DayPublicKey(day.public),
            now // 3600,
            split.opening.parts.keyring.keyset.algorithm,
        )
        redis.Redis.from_url(self.url).set(hour_key_key(key.key_id), wrap)
        return key.header

    def calls(self, split: Split) -> bool:
        """Whether the opening tier answers the old host."""
        asked = Resubmission("", "::1", "r", "label", False, None, [SubmittedAgain(NUMBER, b'["standard",3,"x"]')])
        return not isinstance(Forwarding(split.intake_settings.opening_url, self.host).settle(asked), NotSettled)


def _value(client: redis.Redis, key: bytes) -> bytes:
    value = client.get(key)
    assert isinstance(value, bytes)
    return value


def _keysets(split: Split) -> tuple[Path, Path]:
    return split.opening_settings.keyset, split.intake_folder / "keyset.json"


def _copy(path: Path) -> Path:
    copy = path.with_name("stolen.json")
    copy.write_bytes(path.read_bytes())
    copy.chmod(0o600)
    return copy


def _derived(use: bytes) -> bytes:
    return frame(b"waybill-masking/1", use, b"")


def _opened(opener: object, value: bytes, place: bytes) -> bool:
    with suppress(IntegrityError):
        opener.open(value, place)  # type: ignore[attr-defined]  # one key, or several
        return True
    return False


def _read(key: bytes, value: bytes, place: bytes) -> bool:
    """Whether a publication can be read; its signature ends it."""
    with suppress(Refused, IndexError):
        open_envelope(key, value[:-64], label=b"publication", tenant=b"", place=place)
        return True
    return False


def leaver(split: Split, *words: str) -> Result:
    """Run the command as an operator does who brings each file to the hosts."""
    serial = "0"
    while True:
        with repeating(split.learn):
            done = run(split, "keys", "leaver", "--yes", "--hosts-have", serial, *words)
        named = re.search(r"--hosts-have (\d+)", str(done.exception))
        if named is None:
            return done
        serial, words = named[1], ()
        bring(split, split.intake.keyring.keyset.intake)


def bring(split: Split, host: str) -> None:
    """Bring a host its part of the present keyset."""
    with repeating(split.learn):
        path = split.intake_folder / "keyset.json"
        assert run(split, "keys", "split", host, "--out", path).exit_code == 0
    split.intake.keyring.adopt(load(path))
    split.learn()
    split.intake.admit_store()


def replace_host(split: Split) -> None:
    """Let another intake host take the place of the one that is enrolled."""
    folder = split.folder / SUCCESSOR
    folder.mkdir()
    with repeating(split.learn):
        made = run(split, "keys", "split", SUCCESSOR, "--out", folder / "keyset.json")
        enrolled = run(split, "keys", "hosts", "enrol", folder / "keyset.host.json")
    assert (made.exit_code, enrolled.exit_code) == (0, 0), (made.exception, enrolled.exception)
    split.intake.store.close()
    split.intake_folder = folder
    split.intake_settings = replace(split.intake_settings, state_dir=folder)
    split.learn()
    split.intake = split.another_intake()


def test_a_person_with_root_on_every_machine_is_left_with_nothing(split: Split, valkey: str) -> None:
    split.keep_indexes()
    [stored] = split.tokenize(record(), custody={"site": SITE})
    split.opening.parts.file_index_work()
    split.opening.open_case("D-0", NUMBER, who=split.opening.mint("service-desk"))
    thief = Thief(split, valkey)
    assert (thief.opens() >= 5, thief.finds(), thief.calls(split)) == (True, 1, True)
    assert split.opening.parts.vault.record_keys.by_headers("default", {thief.forges(split)})

    waiting = leaver(split, "--could", "host")
    assert (waiting.exit_code, f"may be in other hands: {HOST}" in waiting.output) == (1, True), waiting.exception
    replace_host(split)
    [later] = split.tokenize(record(LATER))
    waiting = leaver(split)
    clients = waiting.output.partition("run this again: ")[2].partition("\n")[0].split(", ")
    assert "label-printer" in clients, (waiting.output, waiting.exception)
    time.sleep(1 - time.time() % 1)  # a key that is made in the second of the plan counts as one from before it
    for client in clients:
        assert run(split, "clients", "add", client).exit_code == 0
    done = leaver(split)
    assert done.exit_code == 0, (done.output, done.exception)

    split.learn()
    split.intake.admit_store()
    assert (thief.opens(), thief.finds(), thief.calls(split)) == (0, 0, False)
    assert split.send("/v1/tokenize", {"profile": "label", "records": [record()]})[0] == 401
    with pytest.raises(IntegrityError, match="not enrolled"):
        split.opening.parts.vault.record_keys.by_headers("default", {thief.forges(split)})
    forged = publication_key(thief.whole).seal(b"{}", STATE_PLACE + b"/99", bytes(12))
    with pytest.raises(IntegrityError):
        publication_key(split.intake.keyring).open(forged, STATE_PLACE + b"/99")
    officer = split.opening.mint("dispute-officer", "u-2")
    split.opening.open_case("D-1", NUMBER, LATER, who=split.opening.mint("service-desk"))
    opened = split.opening.opened(*(token(one["tokens"][POINTER]) for one in (stored, later)), who=officer)
    assert [one["value"] for one in opened] == ["13812345678"] * 2
    assert (thief.tells(split, "case-open"), thief.tells(split, "detokenize")) == ([True, False], [False])
