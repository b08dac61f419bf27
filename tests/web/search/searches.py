"""Parcels to find, searches for them, and what the store holds of the index."""

from __future__ import annotations

import time
from typing import Any

import redis

from tests.store.stores import ask
from tests.web.api import Api, Json, content, record
from tests.web.people import DESK

PHONE = "13912345678"
OTHER = "13755554321"
DAY = 86_400
NOW = int(time.time())


def parcel(number: str = "SF1234567890", phone: Any = PHONE, **change: Any) -> Json:
    return record(number, recipient__phone=phone, **change)


def search(api: Api, who: str = DESK, **asked: object) -> Json:
    return content(api.post(who, "/v1/search", asked))


def numbers(api: Api, who: str = DESK, **asked: object) -> list[str]:
    return [one["waybill_no"] for one in search(api, who, **asked)["results"]]


def index_keys(client: redis.Redis) -> list[bytes]:
    return [key for key in ask(client, "KEYS", "wm:{?:*}") if key[4:6] in (b"f:", b"s:")]


def index_entries(client: redis.Redis) -> set[tuple[bytes, bytes]]:
    """Every entry, with its part."""
    return {(key, entry) for key in index_keys(client) for entry in ask(client, "SMEMBERS", key) if len(entry) < 100}


def index_size(client: redis.Redis) -> int:
    return len(index_entries(client))
