"""The opening tier with its root key in a real SoftHSM: the intake host needs no HSM, and one call opens a day."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest

from keys import keyset
from keys.keyset_file import NamedRoot, Pkcs11
from keys.providers.pkcs11 import Pkcs11RootKeys
from keys.rotation import activate, destroy_retired_roots, distribute, rewrap_secrets
from masking_service.runtime.settings import Settings
from tests.keys.providers.softhsm import LABELS, MODULE, NEW, SoftHsm
from tests.tiers.split import TODAY, Split
from tests.web.api import NUMBER, record, token

pytestmark = pytest.mark.needs("softhsm2-util")
OTHER_NUMBER = "YT8800212345679"
POINTER = "/sender/phone"


@pytest.fixture
def hsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftHsm]:
    """A token with one key, which no other test of this process uses."""
    monkeypatch.setenv("SOFTHSM2_CONF", os.environ.get("SOFTHSM2_CONF", ""))  # restores it
    folder = tmp_path / "hsm"
    folder.mkdir()
    with suppress(pkcs11.PKCS11Error):
        pkcs11.lib(str(MODULE)).finalize()
    hsm = SoftHsm(folder)
    hsm.make_key(NEW, LABELS[NEW])
    yield hsm
    with suppress(pkcs11.PKCS11Error):
        pkcs11.lib(str(MODULE)).finalize()


@pytest.fixture
def split(both: Settings, valkey: str, tmp_path: Path, hsm: SoftHsm) -> Iterator[Split]:
    """Both tiers; the root key of the whole keyset is in the HSM only."""
    folder = tmp_path / "state"
    shutil.copytree(both.state_dir, folder)
    path, where = folder / "keyset.json", Pkcs11(str(MODULE), "first", str(hsm.pin_file))
    distribute(path, "root", TODAY, NamedRoot("pkcs11", LABELS[NEW], id=NEW.hex(), pkcs11=where))
    activate(path, "root", TODAY)
    rewrap_secrets(path)
    destroy_retired_roots(path)
    made = Split(replace(both, state_dir=folder, policy=folder / "policy.yaml"))
    yield made
    made.close()


def test_records_of_an_intake_host_are_opened_with_one_call_of_the_hsm_for_the_day(
    split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    [first] = split.tokenize(record(), custody={"site": "021001"})
    split.intake = split.another_intake()  # a second hour key
    [second] = split.tokenize(record(OTHER_NUMBER))
    fresh = split.in_one_tier()  # a process that has unwrapped nothing
    fresh.open_case("D-1", NUMBER, OTHER_NUMBER)
    calls: list[bytes] = []
    unwrap = Pkcs11RootKeys.unwrap

    def counted(roots: Pkcs11RootKeys, wrapped: bytes, context: bytes) -> bytes:
        calls.append(context)
        return unwrap(roots, wrapped, context)

    monkeypatch.setattr(Pkcs11RootKeys, "unwrap", counted)

    opened = [fresh.opened(token(one["tokens"][POINTER]), case="D-1")[0]["value"] for one in (first, second)]

    assert opened == ["13812345678"] * 2
    assert len(calls) <= 1  # publishing has asked for it already, or this has


def test_the_keyset_of_the_intake_host_opens_without_the_hsm(split: Split, hsm: SoftHsm) -> None:
    [root] = keyset.read(split.folder / "keyset.json")[0].roots

    with hsm.away():
        stored = split.another_intake()
        split.intake = stored
        [result] = split.tokenize(record())

    assert root.provider == "pkcs11"
    assert result["created"]
    [again] = split.tokenize(record())
    assert (again["created"], again["tokens"]) == (False, result["tokens"])
