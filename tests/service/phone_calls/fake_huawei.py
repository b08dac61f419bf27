"""A fake of Huawei Cloud's PrivateNumber, from its public documents only. No account was ever used.

It checks X-AKSK as the documents describe it and knows AXB and AXE (support.huaweicloud.com/api-PrivateNumber).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.http_servers import Handler, served

SECRET = "appsecret"
KEY = "appkey"
X = "+8617000000001"
PAGE = 50
"""Pairs that a query lists by default, and if it asks for fewer than 10 or more than 100."""
_AKSK = re.compile(r'UsernameToken Username="(.*)",PasswordDigest="(.*)",Nonce="([0-9a-f]{48})",Created="(.*)"')
"""Our nonces are 16 random bytes and 8 that mark them as ours."""

Json = dict[str, Any]


def digest(nonce: str, created: str) -> str:
    return base64.b64encode(hmac.new(SECRET.encode(), f"{nonce}{created}".encode(), hashlib.sha256).digest()).decode()


@dataclass
class FakeHuawei:
    """Bindings by their id. `fails` is a code to refuse a binding with."""

    url: str = ""
    bindings: dict[str, Json] = field(default_factory=dict)
    asked: list[tuple[str, str, Json]] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    made: int = 0
    fails: str = ""
    lose: bool = False

    def answer(self, method: str, path: str, sent: Json, aksk: str) -> tuple[int, Json]:
        self.asked.append((method, path, dict(sent)))
        self.proofs.append(aksk)
        given = _AKSK.fullmatch(aksk)
        if given is None or given[1] != KEY or given[2] != digest(given[3], given[4]):
            return 403, refused("1023002")
        if path not in ("/rest/caas/relationnumber/partners/v1.0", "/rest/caas/extendnumber/v1.0"):
            return 404, refused("1020001")
        if method == "DELETE":
            return (200, done()) if self.bindings.pop(sent["subscriptionId"], None) else (403, refused("1012007"))
        if method == "GET":
            return self._query(sent)
        if self.fails:
            return 403, refused(self.fails)
        return self._bind(sent)

    def _bind(self, sent: Json) -> tuple[int, Json]:
        if "callerNum" in sent:
            sent.setdefault("relationNum", X)
        if any(clash(one, sent) for one in self.bindings.values()):
            return 403, refused("1012010")
        self.made += 1
        subscription = f"sub-{self.made}"
        self.bindings[subscription] = {"subscriptionId": subscription, **sent}
        shown = {name: sent[name] for name in ("relationNum", "virtualNum", "extendNum") if name in sent}
        return 200, done() | {"subscriptionId": subscription} | shown

    def _query(self, sent: Json) -> tuple[int, Json]:
        size = int(sent.pop("pageSize", PAGE))
        fits = [one for one in self.bindings.values() if all(one.get(name) == value for name, value in sent.items())]
        if "virtualNum" in sent:
            return (200, done() | fits[0]) if fits else (403, refused("1012007"))
        return 200, done() | {"relationNumList": fits[: size if 10 <= size <= 100 else PAGE]}


def clash(one: Json, other: Json) -> bool:
    """Whether two bindings cannot be together: an X number has each extension, or each user, once."""
    if "virtualNum" in other:
        return all(one.get(name) == other.get(name) for name in ("virtualNum", "extendNum"))
    users = {one.get("callerNum"), one.get("calleeNum")} & {other["callerNum"], other["calleeNum"]}
    return one.get("relationNum") == other["relationNum"] and bool(users)


def done() -> Json:
    return {"resultcode": "0", "resultdesc": "Success"}


def refused(code: str) -> Json:
    return {"resultcode": code, "resultdesc": "Refused"}


@contextmanager
def fake_huawei() -> Iterator[FakeHuawei]:
    """The fake at work."""
    fake = FakeHuawei()

    class Faking(Handler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            sent = json.loads(self.read() or b"{}") or dict(parse_qsl(parts.query))
            status, content = fake.answer(self.command, parts.path, sent, self.headers["X-AKSK"])
            if fake.lose:
                fake.lose = False
                self.close_connection = True
                return
            self.send(status, json.dumps(content).encode())

    with served(Faking) as url:
        fake.url = url
        yield fake
