"""The keyset of an intake host, also when it is made again."""

from base64 import b64encode
from pathlib import Path
from typing import Final

import msgspec
import pytest

from keys import keyset
from keys.errors import KeysetError
from keys.files import write_secret_file
from keys.keyring import Keyring
from keys.keyset_file import OpeningEntry, Use, encode, new_secret
from keys.tiers import begin_split, make_intake_keyset

SECRET_FROM_HOSTS: Final[tuple[Use, ...]] = ("state", "audit", "search")
FIRST_DAY, NEXT_DAY = "2026-12-01", "2026-12-02"


def test_a_host_whose_keyset_is_made_again_keeps_its_own_keys(path: Path, tmp_path: Path) -> None:
    opened, host = begin_split(path, FIRST_DAY), tmp_path / "north.json"
    first = make_intake_keyset(opened, "north", host, FIRST_DAY)
    before, _ = keyset.read(host)
    again = make_intake_keyset(opened, "north", host, NEXT_DAY)
    after, _ = keyset.read(host)

    assert again == msgspec.structs.replace(first, since=NEXT_DAY)
    assert (before.serial, after.serial) == (0, 1)
    assert after.roots == before.roots
    assert [one for one in after.secrets if one.use == "host"] == [one for one in before.secrets if one.use == "host"]
    with pytest.raises(KeysetError):
        make_intake_keyset(opened, "south", host, NEXT_DAY)
    assert keyset.read(host)[0] == after


def test_a_host_trusts_each_key_of_the_opening_tier(path: Path, tmp_path: Path) -> None:
    opened, host = begin_split(path, FIRST_DAY), tmp_path / "north.json"
    make_intake_keyset(opened, "north", host, FIRST_DAY)
    told = keyset.read(host)[0].opening
    ((public, certificate),) = Keyring(opened).opening_tier

    assert told == OpeningEntry(b64encode(public).decode(), certificate)


def test_the_keyset_of_a_host_with_a_secret_of_another_tier_is_refused(path: Path, tmp_path: Path) -> None:
    host = tmp_path / "north.json"
    make_intake_keyset(begin_split(path, FIRST_DAY), "north", host, FIRST_DAY)
    file, opened = keyset.read(host)
    more = [new_secret(opened.roots, use, 0, "active", FIRST_DAY) for use in SECRET_FROM_HOSTS]
    write_secret_file(host, encode(msgspec.structs.replace(file, secrets=[*file.secrets, *more])), replace=True)

    with pytest.raises(KeysetError, match=r"must not hold: audit, search, state$"):
        keyset.load(host)
