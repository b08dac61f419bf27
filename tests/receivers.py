"""A real HTTP server on this machine that receives what is sent to it, and answers as a test says."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.http_servers import Handler, served


@dataclass
class Receiver:
    """`received` is every request as (path, headers, body); `answers` are the statuses to come, the last one for all.

    `headers` go out with each answer; `meanwhile` is called before each.
    """

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    headers: Mapping[str, str] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that runs until the end of the block."""
    receiver = Receiver()

    class Receiving(Handler):
        def answer(self) -> None:
            receiver.received.append((self.path, dict(self.headers), self.read()))
            receiver.meanwhile()
            status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            self.send(status, headers=receiver.headers)

    with served(Receiving) as url:
        receiver.url = f"{url}/hook"
        yield receiver
