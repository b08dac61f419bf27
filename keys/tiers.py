"""Splits a keyset: makes the keyset of an intake host, and keeps the list of the hosts.

The keyset of an intake host has the secrets with which waybills are found and tokens are made, and keys of its own. It
has no root key of the service, and no secret that opens or changes what is stored. Its holder can test which
numbers exist, so it is as secret as any.
"""

import hmac
from base64 import b64encode
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from keys.errors import KeysetError
from keys.files import write_secret_file
from keys.hosts import host_id
from keys.keyring import Keyring
from keys.keyset import Keyset, decode, read
from keys.keyset_file import (
    FORMAT,
    INTAKE_USES,
    HostEntry,
    KeysetFile,
    OpeningEntry,
    State,
    Use,
    encode,
    new_root,
    new_secret,
    wrapped_secret,
)
from keys.roots import from_base64, open_roots
from keys.rotation import write_changed
from keys.suites import SUITES

SPLIT: Final = "split"
ENROLLED: Final = "enrol host"
REVOKED: Final = "revoke host"
_WITH_HISTORY: Final[tuple[Use, ...]] = ("client", "index")
"""Uses of which a host needs every secret: each hashes what the one before it gave."""


def begin_split(path: Path, today: str) -> Keyset:
    """Add the key with which the opening tier publishes, unless there is one.

    Raises:
        KeysetError: the file is unusable, or an intake host would get a secret that also serves the opening tier.
    """
    file, opened = read(path)
    if opened.intake:
        raise KeysetError(f"{path}: is the keyset of an intake host; run this where the whole keyset is")
    pairs: tuple[tuple[Use, Use], ...] = (("search", "index"), ("audit", "audit-hash"))
    for kept, given in pairs:
        if _shared(opened, kept, given):
            raise KeysetError(
                f"{path}: the secrets {kept} and {given} are the same, and an intake host must not get both. "
                f"First run: keys rotate {kept}"
            )
    if "publication" in opened.active:
        return opened
    secret = new_secret(opened.roots, "publication", 0, "active", today)
    return write_changed(path, opened, replace(file, secrets=[*file.secrets, secret]), SPLIT)


def _goes_to_hosts(opened: Keyset, use: Use, version: int) -> bool:
    """Return whether a host gets this version; of audit hashes the first, which names tenants in alerts."""
    if use == "audit-hash":
        return version == 0
    return use in _WITH_HISTORY or version == opened.active[use]


def _shared(opened: Keyset, kept: Use, given: Use) -> bool:
    """Return whether a secret of `given` that a host gets is also one of `kept` that is not ended."""
    gets = [
        secret
        for (use, version), secret in opened.secrets.items()
        if use == given and _goes_to_hosts(opened, use, version)
    ]
    return any(hmac.compare_digest(one, other) for one in opened.in_store(kept) for other in gets)


def make_intake_keyset(opened: Keyset, name: str, path: Path, today: str) -> HostEntry:
    """Write the keyset of an intake host, and return what the opening tier has to know of it.

    Where the file exists, the host keeps its own keys, and gets the secrets that are active now.

    Args:
        opened: the whole keyset, after `begin_split`.

    Raises:
        KeysetError: the file exists and is not the keyset of this host.
    """
    before = _present(path, name)
    roots = [new_root("active", today)] if before is None else before[0].roots
    bare = KeysetFile(FORMAT, opened.made_for, roots, [], suite=SUITES[opened.algorithm].name)
    wrapping, _, _ = open_roots(path, bare, opened.algorithm)
    shared = [
        wrapped_secret(wrapping, use, version, secret, _state_of(opened, use, version), today)
        for (use, version), secret in opened.secrets.items()
        if use in INTAKE_USES and use != "host" and _goes_to_hosts(opened, use, version)
    ]
    if before is None:
        own = new_secret(wrapping, "host", 0, "active", today)
    else:
        own = next(entry for entry in before[0].secrets if entry.use == "host")
    opening: OpeningEntry | None = None
    for public, certificate in reversed(Keyring(opened).opening_tier):
        opening = OpeningEntry(b64encode(public).decode("ascii"), certificate, opening)
    file = replace(
        bare,
        secrets=[*shared, own],
        serial=0 if before is None else before[0].serial + 1,
        last=SPLIT,
        intake=name,
        opening=opening,
    )
    content = encode(file)
    host = Keyring(decode(path, content)[1]).host_keys
    write_secret_file(path, content, replace=before is not None)
    signing = b64encode(host.signer.public_bytes()).decode("ascii")
    return HostEntry(name, signing, host.tls.certificate, "enrolled", today)


def _state_of(opened: Keyset, use: Use, version: int) -> State:
    """Return a secret's state in a host's keyset: audit hashes are active, others as in the whole file."""
    if use == "audit-hash" or version == opened.active[use]:
        return "active"
    if (use, version) in opened.ended:
        return "ended"
    if use == "index" and version == opened.deciding:
        return "deciding"
    return "distributed" if version > opened.active[use] else "retired"


def _present(path: Path, name: str) -> tuple[KeysetFile, Keyset] | None:
    if not path.exists():
        return None
    before = read(path)
    if before[1].intake != name:
        raise KeysetError(f"{path}: is not the keyset of {name}, and keys are never overwritten")
    return before


def enrol(path: Path, entry: HostEntry, today: str) -> Keyset:
    """Trust what an intake host signs from now on. One that is enrolled stays as it is.

    Raises:
        KeysetError: the file is unusable, or another host has this name or key, also a revoked one.
    """
    file, opened = read(path)
    key = from_base64(entry.signing, "the host's entry")
    if any((known.name, known.signing, known.state) == (entry.name, entry.signing, "enrolled") for known in file.hosts):
        return opened
    if any(entry.name == known.name or key == from_base64(known.signing, str(path)) for known in file.hosts):
        raise KeysetError(f"{path}: a host with this name or key is or was enrolled; give a new host a new name")
    hosts = [*file.hosts, replace(entry, state="enrolled", since=today)]
    return write_changed(path, opened, replace(file, hosts=hosts), ENROLLED)


def revoke(path: Path, name: str, today: str) -> Keyset:
    """Trust nothing that an intake host has signed, past or future. It is safe to repeat.

    Raises:
        KeysetError: the file is unusable, or no host of this name is or was enrolled.
    """
    file, opened = read(path)
    states = {known.state for known in file.hosts if known.name == name}
    if states == {"revoked"}:
        return opened
    if not states:
        raise KeysetError(f"{path}: no host of this name is or was enrolled")
    hosts = [replace(known, state="revoked", since=today) if known.name == name else known for known in file.hosts]
    return write_changed(path, opened, replace(file, hosts=hosts), REVOKED)


def id_of(entry: HostEntry) -> str:
    """Return a host's id in hexadecimal, as records name it."""
    return host_id(from_base64(entry.signing, "the host's entry")).hex()
