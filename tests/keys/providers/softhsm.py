"""A real SoftHSM with keys of every kind."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pkcs11
from pkcs11 import Attribute, KeyType

from keys.providers.pkcs11 import Pkcs11RootKeys
from keys.providers.remote import ProviderCalls
from tests.keys.known import known_bytes, secret_file

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "271828"
OLD, NEW = known_bytes("old id")[:8], known_bytes("new id")[:8]
LABELS = {OLD: "root 2026-11", NEW: "root 2026-12"}
UNREADABLE = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}


class SoftHsm:
    """Tokens ``first`` and ``second`` of one library."""

    def __init__(self, folder: Path) -> None:
        self.tokens = folder / "tokens"
        self.tokens.mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(
            f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        for label in ("first", "second"):
            subprocess.run(
                ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "314159", "--pin", PIN],
                check=True,
                capture_output=True,
            )
        self.pin_file = secret_file(folder / "pin", f"{PIN}\n".encode())

    def make_key(
        self,
        key_id: bytes,
        label: str,
        *,
        bits: int = 256,
        kind: KeyType = KeyType.AES,
        template: Mapping[Attribute, object] = UNREADABLE,
    ) -> None:
        """Create a key in the first token."""
        with pkcs11.lib(str(MODULE)).get_token(token_label="first").open(rw=True, user_pin=PIN) as session:
            session.generate_key(kind, bits, id=key_id, label=label, store=True, template=dict(template))

    def go(self) -> None:
        """The tokens are not there any more."""
        self.tokens.rename(self.tokens.with_name("away"))

    def come_back(self) -> None:
        """They are there again."""
        self.tokens.with_name("away").rename(self.tokens)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Hide the HSM's tokens for the duration of the block."""
        self.go()
        try:
            yield
        finally:
            self.come_back()

    def roots(
        self,
        labels: Mapping[bytes, str] = LABELS,
        active: bytes = NEW,
        *,
        module: Path = MODULE,
        token: str = "first",  # noqa: S107 - a device
        pin_file: Path | None = None,
        calls: ProviderCalls | None = None,
    ) -> Pkcs11RootKeys:
        """The provider, as a keyset would open it."""
        return Pkcs11RootKeys(module, token, pin_file or self.pin_file, labels, active, calls)
