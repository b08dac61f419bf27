"""The command that indexes what was stored before an index was switched on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import redis
from click.testing import CliRunner, Result

from masking_service.cli import commands
from masking_service.service.custody.state import Custodies
from masking_service.service.people.rules import SearchRule
from masking_service.service.search.fill_index import FillIndex
from masking_service.service.vault.vault import FoundWaybill, Vault
from tests.store.stores import ask
from tests.web.api import SITE, Api, Under
from tests.web.people import PRIVACY
from tests.web.search.searches import OTHER, PHONE, index_size, numbers, parcel


class TestFilling:
    def test_the_command_indexes_what_is_stored_already(
        self, under: Under, client: redis.Redis, tmp_path: Path
    ) -> None:
        before = under(lambda document: None)
        before.tokenize(parcel("SF1234567890"), parcel("SF1234567891", OTHER), custody={"site": SITE})
        api = under(lambda document: document.update(search={"phone": True, "last4": True}))
        listed = tmp_path / "numbers.txt"
        listed.write_text("SF1234567890\nSF9999999999\n\nsf1234567891 \n", "utf-8")

        for _ in range(2):
            filled = fill(api, str(listed))
            assert (filled.exit_code, filled.stdout.split()[:3]) == (0, ["2", "of", "3"]), filled.output
            assert index_size(client) == 4

        assert numbers(api, phone=PHONE) == ["SF1234567890"]
        assert numbers(api, last4="4321", site=SITE) == ["SF1234567891"]

    def test_the_entries_that_it_adds_are_counted_as_uses_of_their_key(
        self, api: Api, client: redis.Redis, tmp_path: Path
    ) -> None:
        api.tokenize(parcel())
        before = uses(client)
        listed = tmp_path / "numbers.txt"
        listed.write_text("SF1234567890\n", "utf-8")

        assert fill(api, str(listed)).exit_code == 0

        assert uses(client) == before + 1

    def test_what_is_erased_meanwhile_is_not_indexed(self, api: Api, client: redis.Redis) -> None:
        before = index_size(client)
        api.tokenize(parcel())
        parts = api.parts
        custodies = Custodies(parts.store, parts.keyring, os.urandom, parts.vault.record_keys)
        vault = Racing(parts.store, parts.keyring, os.urandom)
        vault.race = lambda: api.call(PRIVACY, "DELETE", "/v1/waybills/SF1234567890")
        filling = FillIndex(vault, custodies, "default", SearchRule(phone=True))

        assert filling(["SF1234567890"], int(time.time())) == 0
        assert index_size(client) == before

    def test_a_line_that_is_no_number_is_named(self, api: Api, tmp_path: Path) -> None:
        listed = tmp_path / "numbers.txt"
        listed.write_text("SF1234567890\n13912345678,张三\n", "utf-8")

        filled = fill(api, str(listed))

        assert (filled.exit_code, "line 2" in filled.output, PHONE in filled.output) == (2, True, False)


class Racing(Vault):
    """A vault in which something happens once, right after a read."""

    race: Callable[[], object] | None = None

    def newest(self, tenant: str, waybill_nos: Sequence[str], now: int) -> list[FoundWaybill | None]:
        found = super().newest(tenant, waybill_nos, now)
        if self.race is not None:
            race, self.race = self.race, None
            race()
        return found


def uses(client: redis.Redis) -> int:
    return sum(int(each) for each in ask(client, "HVALS", "wm:{keys}uses"))


def fill(api: Api, *arguments: str) -> Result:
    settings = api.parts.settings
    environment = {"MASKING_REDIS_URL": settings.redis_url, "MASKING_POLICY": str(settings.policy)}
    folder = ["--state-dir", str(settings.state_dir)]
    return CliRunner().invoke(commands, ["search", "index", *arguments, *folder], env=environment)
