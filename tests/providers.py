"""Providers of privacy numbers on this machine: one that follows docs/calls.md, and hostile ones."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from tests import http_servers
from tests.http_servers import Handler, Json

KEY = b"c" * 64
DIAL = "700123456789012"

answering = partial(http_servers.answering, path="/calls")
signed = partial(http_servers.signed, key=KEY)


@dataclass
class Provider:
    """A provider that follows docs/calls.md.

    `bound` are its bindings by reference. `lose` replies are lost after what was asked is done; `refuses` is the word
    with which it refuses.
    """

    url: str = ""
    bound: dict[str, Json] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    lose: int = 0
    refuses: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, handler: Handler, request: Json) -> None:
        with self.lock:
            self.asked.append(request)
            answer = self._act(request)
            lost, self.lose = self.lose > 0, max(self.lose - 1, 0)
        if lost:
            handler.close_connection = True
            return
        signed(handler, {"nonce": request["nonce"], **answer}, request["nonce"])

    def _act(self, request: Json) -> Json:
        if request["act"] == "unbind":
            self.ended.append(request["id"])
            return {}
        if self.refuses:
            return {"refused": self.refuses}
        found = self.bound.setdefault(
            request["ref"], {"dial": str(int(DIAL) + len(self.bound)), "id": f"b-{len(self.bound)}", "extension": None}
        )
        return dict(found)


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider at work."""
    found = Provider()
    with answering(found.answer) as url:
        found.url = url
        yield found
