"""Files in a state directory: of the audit log, and the credentials of a development set-up."""

from pathlib import Path
from typing import Final

from keys.files import write_secret_file
from keys.keyring import Keyring

PUBLIC_KEY: Final = "audit-public.pem"
ARCHIVE: Final = "audit-archive"
CREDENTIALS: Final = "credentials.json"
"""The API keys that `serve --dev` made, by client."""
DEVELOPMENT_ISSUER_KEY: Final = "dev-issuer.pem"
SERVED_POLICY: Final = "served-policy"
"""Holds the path of the policy that `serve --dev` serves under."""
ADDRESS: Final = "address"
"""Holds the address while the service is served from there."""
READABLE_BY_ALL: Final = 0o644


def write_public_key(folder: Path, keyring: Keyring) -> None:
    """Write the public key of the log into a state directory, for verifiers."""
    path = folder / PUBLIC_KEY
    pem = keyring.audit_signer.public_pem()
    if not path.exists() or path.read_bytes() != pem:
        write_secret_file(path, pem, replace=True)
        path.chmod(READABLE_BY_ALL)


def served_address(folder: Path) -> str | None:
    """Return the address that is served from a state directory, as far as the directory says.

    A signal handler calls it (`regularly`), so it reads bytes: reading text would import a codec, which fails inside an
    import of the same codec that the signal has interrupted.
    """
    try:
        return (folder / ADDRESS).read_bytes().decode("ascii").strip()
    except OSError:
        return None
