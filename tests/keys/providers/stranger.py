"""A fake Transit server with chosen answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.certificates import Certificate
from tests.http_servers import Handler, served

_DESCRIPTION = b"""{"data": {"type": "aes256-gcm96", "exportable": false, "allow_plaintext_backup": false,
"derived": false, "keys": {"1": 0, "2": 0}}}"""


@contextmanager
def stranger(folder: Path, content: bytes) -> Iterator[str]:
    """Serve until the block ends, and yield the URL.

    Args:
        folder: where a development server of OpenBao has left its certificate and key.
        content: the answer to every POST.
    """

    class Stranger(Handler):
        def answer(self) -> None:
            self.read()
            self.send(200, _DESCRIPTION if self.command == "GET" else content)

    with served(Stranger, Certificate(folder / "vault-cert.pem", folder / "vault-key.pem")) as url:
        yield url
