"""Tests that invalid keyset files are refused."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keys import keyset
from keys.errors import KeysetError
from keys.keyset_file import check_value, secret_context
from tests.keys.known import known_bytes

Document = dict[str, Any]
Change = Callable[[Document], object]

OTHER_KEY = base64.b64encode(known_bytes("another key")).decode()
SHORT_KEY = base64.b64encode(bytes(16)).decode()


def rewrite(path: Path, change: Change) -> Document:
    """Change the file; return its content."""
    document: Document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return document


def root(**change: object) -> Change:
    return lambda document: document["roots"][0].update(change)


def secret(**change: object) -> Change:
    return lambda document: document["secrets"][0].update(change)


def again(part: str, **change: object) -> Change:
    """The first entry of `part` a second time, with `change`."""
    return lambda document: document[part].append({**document[part][0], **change})


def second_root(**change: object) -> Change:
    """A second, different and valid root key."""
    check = check_value(known_bytes("another key"))
    return again("roots", **{"id": "00" * 8, "key": OTHER_KEY, "check": check, **change})


def swap_wrapped(document: Document) -> None:
    first, second = document["secrets"][:2]
    first["wrapped"], second["wrapped"] = second["wrapped"], first["wrapped"]


FAULTS: dict[str, tuple[Change, str]] = {
    "another format": (lambda d: d.update(format=2), ": has format 2; this release reads format 1"),
    "unknown member": (
        lambda d: d.update(more=1),
        ": is truncated or not a keyset (Object contains unknown",
    ),
    "unknown member of a root": (root(more=1), ": is truncated or not a keyset (Object contains unknown"),
    "unknown member of a secret": (secret(more=1), ": is truncated or not a keyset (Object contains unknown"),
    "unknown member of a token": (
        lambda d: d.update(pkcs11={"module": "m", "token": "t", "pin_file": "p", "more": 1}),
        ": is truncated or not a keyset (Object contains unknown",
    ),
    "unknown member of an engine": (
        lambda d: d.update(transit={"url": "u", "token_file": "t", "ca_file": "c", "more": 1}),
        ": is truncated or not a keyset (Object contains unknown",
    ),
    "unknown use": (secret(use="else"), ": is truncated or not a keyset ("),
    "unknown purpose": (lambda d: d.update(made_for="tests"), ": is truncated or not a keyset ("),
    "no check value": (lambda d: d["roots"][0].pop("check"), ": roots[0]: its check value does not match"),
    "no check value of a secret": (lambda d: d["secrets"][0].pop("check"), ": is truncated or not a keyset ("),
    "no key": (lambda d: d["roots"][0].pop("key"), ": roots[0]: its id or key has the wrong length"),
    "unknown state": (root(state="lost"), ": is truncated or not a keyset ("),
    "unknown provider": (root(provider="paper"), ": is truncated or not a keyset ("),
    "a token that is nowhere": (
        root(provider="pkcs11"),
        ": a root key has the provider pkcs11, but the member pkcs11 is missing",
    ),
    "an engine that is nowhere": (
        root(provider="transit"),
        ": a root key has the provider transit, but the member transit is missing",
    ),
    "unknown suite": (lambda d: d.update(suite="rot13"), ": names a suite that this release does not know"),
    "serial as a text": (lambda d: d.update(serial="1"), ": is truncated or not a keyset ("),
    "no date": (lambda d: d.update(shredded_before="yesterday"), ": shredded_before is not a date"),
    "root id not hexadecimal": (root(id="xy" * 8), ": roots[0]: its id is not hexadecimal"),
    "root id too short": (root(id="00"), ": roots[0]: its id or key has the wrong length"),
    "root key too short": (root(key=SHORT_KEY), ": roots[0]: its id or key has the wrong length"),
    "root key not base64": (root(key="*" * 44), ": roots[0]: is not base64"),
    "root key not ASCII": (root(key="钥" * 44), ": roots[0]: is not base64"),
    "another root key": (root(key=OTHER_KEY), ": roots[0]: its check value does not match"),
    "wrong check of a root": (root(check="000000000000"), ": roots[0]: its check value does not match"),
    "empty check of a root": (root(check=""), ": roots[0]: its check value does not match"),
    "root doubled": (again("roots"), ": roots[1]: has the id of roots[0]: give each key its own"),
    "root key under a second id": (
        again("roots", id="00" * 8, state="retired"),
        ": roots[1]: is the key of roots[0]: create a new one",
    ),
    "two active roots": (second_root(), ": exactly one root key must be active, not 2"),
    "no active root": (root(state="retired"), ": exactly one root key must be active, not 0"),
    "no root": (lambda d: d.update(roots=[]), ": exactly one root key must be active, not 0"),
    "root id of another": (
        root(id="00" * 8),
        ": secrets[0] (index): a wrapped key names a root key that no provider in the keyset has",
    ),
    "secret doubled": (again("secrets"), ": secrets[8] (index): its version is a duplicate or out of range"),
    "version too high": (secret(version=64), ": secrets[0] (index): its version is a duplicate or out of range"),
    "version below 0": (secret(version=-1), ": secrets[0] (index): its version is a duplicate or out of range"),
    "version changed": (secret(version=1), ": secrets[0] (index): a sealed value did not open at its place"),
    "secrets swapped": (swap_wrapped, ": secrets[0] (index): a sealed value did not open at its place"),
    "secret cut": (secret(wrapped="AQE="), ": secrets[0] (index): a sealed value is truncated or has an"),
    "secret not base64": (secret(wrapped="*"), ": secrets[0] (index): is not base64"),
    "wrong check of a secret": (
        secret(check="000000000000"),
        ": secrets[0] (index): its check value does not match",
    ),
    "no secret of a use": (lambda d: d["secrets"].pop(), ": no active secret for audit-hash"),
    "only a retired secret": (secret(state="retired"), ": no active secret for index"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_invalid_keyset_is_refused_with_file_and_place(path: Path, name: str) -> None:
    change, told = FAULTS[name]
    rewrite(path, change)

    with pytest.raises(KeysetError) as fault:
        keyset.load(path)

    assert str(fault.value)[: len(f"{path}{told}")] == f"{path}{told}"


@pytest.mark.parametrize("name", FAULTS)
def test_no_refusal_holds_a_key_or_the_error_that_led_to_it(path: Path, name: str) -> None:
    document = rewrite(path, FAULTS[name][0])
    entries = [*document["roots"], *document["secrets"]]
    secrets = {entry[name] for entry in entries for name in ("key", "wrapped") if entry.get(name)}

    with pytest.raises(KeysetError) as fault:
        keyset.load(path)

    assert [text for text in secrets if text in str(fault.value)] == []
    assert (fault.value.__cause__, fault.value.__suppress_context__ or not fault.value.__context__) == (None, True)


def test_two_active_secrets_of_one_use_are_refused(path: Path) -> None:
    opened = keyset.load(path)
    wrapped = opened.roots.wrap(known_bytes("a second"), secret_context("index", 1))
    second = {
        "use": "index",
        "version": 1,
        "state": "active",
        "created": "2026-11-25",
        "wrapped": base64.b64encode(wrapped).decode(),
        "check": check_value(known_bytes("a second")),
    }
    rewrite(path, lambda document: document["secrets"].append(second))

    with pytest.raises(KeysetError, match=r"secrets\[8\] \(index\): two secrets of this use are active$"):
        keyset.load(path)


def test_a_secret_of_another_length_is_refused(path: Path) -> None:
    opened = keyset.load(path)
    short = bytes(16)
    wrapped = opened.roots.wrap(short, secret_context("index", 0))
    rewrite(path, secret(wrapped=base64.b64encode(wrapped).decode(), check=check_value(short)))

    with pytest.raises(KeysetError, match=r"secrets\[0\] \(index\): its check value does not match$"):
        keyset.load(path)


def test_a_retired_root_key_still_opens_what_it_wrapped(path: Path) -> None:
    before = keyset.load(path).secrets
    rewrite(path, second_root())
    rewrite(path, root(state="retired"))

    assert keyset.load(path).secrets == before


def test_a_retired_token_secret_is_kept_for_reading(path: Path) -> None:
    opened = keyset.load(path)
    wrapped = opened.roots.wrap(known_bytes("a second"), secret_context("token", 1))
    document = json.loads(path.read_text())
    first = next(entry for entry in document["secrets"] if entry["use"] == "token")
    check = check_value(known_bytes("a second"))
    document["secrets"].append({**first, "version": 1, "wrapped": base64.b64encode(wrapped).decode(), "check": check})
    first["state"] = "retired"
    path.write_text(json.dumps(document))

    loaded = keyset.load(path)

    assert (loaded.active["token"], sorted(v for use, v in loaded.secrets if use == "token")) == (1, [0, 1])
