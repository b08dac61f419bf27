"""A fake of Alibaba Cloud's number protection, from its public documents only. No account was ever used.

It checks the signature of RPC requests (help.aliyun.com/document_detail/28839.html), refuses a nonce that was used, and
has the faults that the error codes name (help.aliyun.com/document_detail/109196.htm).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, quote

from tests.http_servers import Handler, served

SECRET = "testsecret"
CHINA = timezone(timedelta(hours=8))


@dataclass
class FakeAliyun:
    """Bindings by their id. `numbers` is how many the pool still has; `fails` is a code to refuse with."""

    url: str = ""
    bindings: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    numbers: int = 10
    fails: str = ""
    lose: bool = False

    def answer(self, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(sent)
        if not hmac.compare_digest(sent.pop("Signature", ""), signature(sent)):
            return 400, {"Code": "SignatureDoesNotMatch", "Message": "", "RequestId": "1"}
        if sent["SignatureNonce"] in self.nonces:
            return 400, {"Code": "SignatureNonceUsed", "Message": "", "RequestId": "1"}
        self.nonces.add(sent["SignatureNonce"])
        if self.fails:
            return 200, {"Code": self.fails, "Message": "", "RequestId": "1"}
        return 200, {"Message": "", "RequestId": "1", **self._act(sent)}

    def _act(self, sent: dict[str, str]) -> dict[str, Any]:
        if sent["Action"] == "UnbindSubscription":
            known = self.bindings.get(sent["SubsId"], {}).get("SecretNo") == sent["SecretNo"]
            self.bindings.pop(sent["SubsId"], None)
            return {"Code": "OK" if known else "isv.SUBS_NOT_EXIST"}
        ends = datetime.strptime(sent["Expiration"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        if ends < datetime.now(CHINA) + timedelta(minutes=1):
            return {"Code": "isv.EXPIRE_DATE_ILLEGAL"}
        if not sent["PhoneNoA"].isdigit() or sent["PoolKey"] != "FC100":
            return {"Code": "isv.ILLEGAL_ARGUMENT"}
        if not self.numbers:
            return {"Code": "isv.NO_AVAILABLE_NUMBER"}
        self.numbers -= 1
        bound = {"SubsId": str(10_000 + len(self.bindings)), "SecretNo": f"1700000{len(self.bindings):04}"}
        if sent["Action"] == "BindAxnExtension":
            bound["Extension"] = "130"
        self.bindings[bound["SubsId"]] = {**bound, **sent}
        return {"Code": "OK", "SecretBindDTO": bound}


def signature(sent: dict[str, str]) -> str:
    """The signature of a request, computed as the document describes it, apart from the adapter."""
    pairs = sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sent.items())
    to_sign = "POST&%2F&" + quote("&".join(pairs), safe="~")
    return base64.b64encode(hmac.new(f"{SECRET}&".encode(), to_sign.encode(), hashlib.sha1).digest()).decode()


@contextmanager
def fake_aliyun() -> Iterator[FakeAliyun]:
    """The fake at work."""
    fake = FakeAliyun()

    class Faking(Handler):
        def answer(self) -> None:
            form = self.read().decode()
            status, content = fake.answer(dict(parse_qsl(form, keep_blank_values=True, strict_parsing=True)))
            assert self.path == "/", "a number would be in the logs of the way"
            if fake.lose:
                fake.lose = False
                self.close_connection = True
                return
            self.send(status, json.dumps(content).encode())

    with served(Faking) as url:
        fake.url = f"{url}/"
        yield fake
