"""Answers to signed questions that must not be believed."""

import json
import time
from dataclasses import dataclass

from tests.http_servers import Answer, Handler, Json, signed

NOT_ASKED = "0" * 32
"""A nonce that was never sent."""


@dataclass(frozen=True)
class Answers:
    """What a server answers that has the key, or has not.

    Attributes:
        key: signs its answers.
        right: an honest answer, without its nonce.
    """

    key: bytes
    right: Json

    def honest(self, handler: Handler, question: Json) -> None:
        signed(handler, {"nonce": question["nonce"], **self.right}, question["nonce"], key=self.key)

    def slow(self, handler: Handler, question: Json) -> None:
        time.sleep(1.5)
        self.honest(handler, question)

    def dripping(self, handler: Handler, _: Json) -> None:
        handler.send_response(200)
        for _step in range(40):
            handler.wfile.write(b"X-Drip: 1\r\n")
            time.sleep(0.1)

    def replayed(self, handler: Handler, _: Json) -> None:
        self.honest(handler, {"nonce": NOT_ASKED})

    def wrong_nonce(self, handler: Handler, question: Json) -> None:
        signed(handler, {"nonce": NOT_ASKED, **self.right}, question["nonce"], key=self.key)

    def unsigned(self, handler: Handler, question: Json) -> None:
        Answers(b"x" * len(self.key), self.right).honest(handler, question)

    def failing(self, handler: Handler, question: Json) -> None:
        signed(handler, {"nonce": question["nonce"], **self.right}, question["nonce"], key=self.key, status=500)

    def redirecting(self, handler: Handler, _: Json) -> None:
        handler.send(307, headers={"Location": "/elsewhere"})

    def reflecting(self, handler: Handler, question: Json) -> None:
        body = json.dumps(question, separators=(",", ":")).encode()
        handler.send(200, body, {"Masking-Signature": handler.headers["Masking-Signature"]})

    @property
    def hostile(self) -> list[Answer]:
        """All but the honest one."""
        return [
            *(self.slow, self.dripping, self.replayed, self.wrong_nonce, self.unsigned),
            *(self.failing, self.redirecting, self.reflecting, self.silent),
        ]

    def silent(self, handler: Handler, _: Json) -> None:
        handler.close_connection = True
