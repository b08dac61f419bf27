"""A reader written from the documents alone reads the store."""

from pathlib import Path
from typing import Any

import pytest
import redis

from keys import keyset
from keys.keyring import Keyring
from keys.suites import SUITES
from masking_service.masking import schemas
from masking_service.service.vault.records import Tokens
from masking_service.store.client import Store
from tests.keys.reader import Reader, Refused
from tests.store import stores

PLACES = Path(schemas.__file__).with_name("places.txt")
REST = stores.body("欧阳娜娜", "+8613812345678")


class Site:
    """A deployment with a keyset file and records."""

    def __init__(self, path: Path, store: Store, client: redis.Redis, suite: str) -> None:
        self._path = path
        self._client = client
        keyset.create(path, made_for="production", today="2026-11-24", suite=suite)
        self._keyring = Keyring(keyset.load(path))
        self._vault = stores.vault(store, self._keyring)

    def tokens(self, body: bytes, number: str = stores.NUMBER, **how: Any) -> list[str]:
        """Store a record, and give the tokens of its two fields."""
        stored = stores.put(self._vault, body, number, **how)
        keys = self._keyring.tenant("default")
        tokens = Tokens(keys.tokens)
        tokens.add(keys.bases([number])[0], stored.revision, stored.record, bytes((0, 1)))
        (made,) = tokens.make().values()
        return [*made]

    def reader(self) -> Reader:
        """The second reader, with a copy of keyset and store."""
        held: dict[bytes, Any] = {}
        for key in self._client.scan_iter():
            kind = self._client.type(key)
            held[key] = self._client.hgetall(key) if kind == b"hash" else self._client.get(key)
        return Reader.of_files(self._path, held, PLACES)


@pytest.fixture(params=[suite.name for suite in SUITES.values()])
def site(request: pytest.FixtureRequest, tmp_path: Path, store: Store, client: redis.Redis) -> Site:
    """A site of each suite."""
    return Site(tmp_path / "keyset.json", store, client, request.param)


def test_the_reader_finds_the_value_of_each_token(site: Site) -> None:
    tokens = site.tokens(REST)

    read = [site.reader().field("default", token) for token in tokens]

    assert read == [("name recipient.name", "欧阳娜娜"), ("phone recipient.phone", "+8613812345678")]


def test_the_reader_finds_every_revision(site: Site) -> None:
    first = site.tokens(stores.body("张三"))
    second = site.tokens(stores.body("李四"), revise=True)

    assert [site.reader().field("default", tokens[0])[1] for tokens in (first, second)] == ["张三", "李四"]


def test_another_tenants_token_is_refused(site: Site) -> None:
    token = site.tokens(REST)[0]

    with pytest.raises((Refused, KeyError)):
        site.reader().field("other", token)
