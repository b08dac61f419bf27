"""The settings: `MASKING_*` environment variables, read once, at the edge. None of them turns a guard off."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from masking_audit.format.links import MAX_AUDIT_SLOTS
from masking_service.observability.metrics_port import metrics_port
from masking_service.observability.webhook import check_url
from masking_service.outbound import split_url
from masking_service.shipped import shipped
from masking_service.store.urls import Tls, default_replicas

MAX_BODY_BYTES: Final = 2 * 1024 * 1024
"""The longest body of a request, where `MASKING_MAX_BODY_BYTES` says nothing else."""
VARIABLES: Final = {
    "MASKING_STATE_DIR": ".local",
    "MASKING_TIER": "all",
    "MASKING_OPENING_URL": "(none: only the intake tier needs it)",
    "MASKING_FORWARD_BIND": "(none: only the opening tier needs it)",
    "MASKING_REDIS_URL": "(none)",
    "MASKING_REDIS_REPLICAS": "(0; 1 for Sentinel and Cluster)",
    "MASKING_REDIS_CA": "(the system's)",
    "MASKING_REDIS_CERT": "(none)",
    "MASKING_REDIS_KEY": "(none)",
    "MASKING_REDIS_VOUCHED_DURABLE": "(none: what the store hides counts as lossy)",
    "MASKING_REDIS_MAY_LOSE": "(none: a store that would lose what it acknowledges is not written)",
    "MASKING_POLICY": "policy.yaml",
    "MASKING_SCHEMAS": "(none)",
    "MASKING_AUDIT_ARCHIVE": "(audit-archive in the state directory)",
    "MASKING_AUDIT_URL": "(none: only the entries in the store are read)",
    "MASKING_AUDIT_KEY_FILE": "(none)",
    "MASKING_AUDIT_SLOTS": "(as the store was made; 1 for a new one)",
    "MASKING_MAX_BODY_BYTES": str(MAX_BODY_BYTES),
    "MASKING_ALERT_URL": "(none: alerts are logged and counted)",
    "MASKING_ALERT_KEY_FILE": "(none)",
    "MASKING_BIND": "127.0.0.1:8080",
    "MASKING_METRICS_BIND": "(none: no metrics; in development at the service's own port)",
    "MASKING_WORKERS": "(one a processor)",
}
"""Every variable of a serving process, and what holds where it is not set. gunicorn.conf.py reads the last three."""


VOUCHED: Final = "appendfsync-always"
"""What the operator of a store that hides its settings has to vouch for."""


LOSES: Final = "acknowledged-tokens"
"""What the operator of a store that would lose acknowledged writes has to give up."""


Tier = Literal["all", "intake", "opening"]
"""all: one tier serves everything. intake: masks and stores, and cannot open. opening: serves everything else."""
TIERS: Final[tuple[Tier, ...]] = ("all", "intake", "opening")


class SettingsError(Exception):
    """A setting cannot be used. Names the variable, never its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a process is set up.

    Attributes:
        state_dir: where keys, snapshots and, in development, the embedded store are.
        redis_url: where the store is; may hold a password, so it is in no repr.
        redis_replicas: how many replicas must have a write before it is acknowledged.
        redis_tls: the files for encrypted connections to it.
        redis_vouched: whether the operator vouches that it syncs every write, if it does not show that itself.
        redis_may_lose: whether the operator accepts that acknowledged tokens may be lost in a crash.
        audit_slots: over how many slots the audit log of a new store is spread; 0 where that is not said.
        schemas: a folder with a site's own schemas, or None.
        development: whether `serve --dev` made this set-up.
        max_body_bytes: a request with a longer body is answered with 413.
        alert_url: where alerts are sent; empty where nowhere.
        audit_url: where the archive of the audit log answers; empty if it is not asked.
        audit_key: the file with the key that signs what it is asked.
        metrics_port: where `/metrics` is answered, and nothing else; 0 for nowhere.
        opening_url: where an intake host asks the opening tier; empty in other tiers.
        forward_address: host and port where the opening tier answers intake hosts; None in other tiers.
    """

    state_dir: Path
    redis_url: str
    redis_replicas: int
    redis_tls: Tls
    redis_vouched: bool
    redis_may_lose: bool
    audit_slots: int
    policy: Path
    schemas: Path | None
    development: bool
    max_body_bytes: int
    alert_url: str
    alert_key: Path | None
    audit_url: str
    audit_key: Path | None
    metrics_port: int
    tier: Tier
    opening_url: str
    forward_address: tuple[str, int] | None

    def __repr__(self) -> str:
        return f"<Settings of {self.state_dir}>"

    @property
    def keyset(self) -> Path:
        return self.state_dir / "keyset.json"

    @classmethod
    def read(cls, environment: Mapping[str, str], *, development: bool) -> "Settings":
        """The settings that an environment says. `development` is said by `serve --dev` alone, never by a variable.

        Raises:
            SettingsError: naming the variable at fault.
        """
        schemas = environment.get("MASKING_SCHEMAS", "")
        url = environment.get("MASKING_REDIS_URL", "")
        alert_url, alert_key = _signed(environment, "MASKING_ALERT", check_url)
        audit_url, audit_key = _signed(environment, "MASKING_AUDIT", _archive_url)
        return cls(
            state_dir=Path(environment.get("MASKING_STATE_DIR", ".local")).resolve(),
            redis_url=url,
            redis_replicas=_number(environment, "MASKING_REDIS_REPLICAS", default_replicas(url), 0, 10),
            redis_tls=Tls(*(_file(environment, f"MASKING_REDIS_{name}") for name in ("CA", "CERT", "KEY"))),
            redis_vouched=_is_set_to(environment, "MASKING_REDIS_VOUCHED_DURABLE", VOUCHED),
            redis_may_lose=_is_set_to(environment, "MASKING_REDIS_MAY_LOSE", LOSES),
            audit_slots=_number(environment, "MASKING_AUDIT_SLOTS", 0, 1, MAX_AUDIT_SLOTS),
            policy=_policy(environment),
            schemas=Path(schemas) if schemas else None,
            development=development,
            max_body_bytes=_number(environment, "MASKING_MAX_BODY_BYTES", MAX_BODY_BYTES, 1024, 64 * 1024 * 1024),
            alert_url=alert_url,
            alert_key=alert_key,
            audit_url=audit_url,
            audit_key=audit_key,
            metrics_port=_port(environment, "MASKING_METRICS_BIND"),
            tier=_tier(environment),
            opening_url=_opening_url(environment),
            forward_address=_forward_address(environment),
        )


def _tier(environment: Mapping[str, str]) -> Tier:
    named = environment.get("MASKING_TIER", "") or "all"
    for tier in TIERS:
        if named == tier:
            return tier
    raise SettingsError(f"MASKING_TIER must be one of: {', '.join(TIERS)}")


def _opening_url(environment: Mapping[str, str]) -> str:
    url, wanted = environment.get("MASKING_OPENING_URL", ""), _tier(environment) == "intake"
    if bool(url) != wanted:
        raise SettingsError("MASKING_OPENING_URL must be set with MASKING_TIER=intake, and only then")
    parts = urlsplit(url)
    if url and (parts.scheme != "https" or not parts.hostname or not parts.port or parts.path or parts.query):
        raise SettingsError("MASKING_OPENING_URL must be https:// with host and port, and nothing behind them")
    return url


def _forward_address(environment: Mapping[str, str]) -> tuple[str, int] | None:
    port = _port(environment, "MASKING_FORWARD_BIND")
    if bool(port) != (_tier(environment) == "opening"):
        raise SettingsError("MASKING_FORWARD_BIND must be set with MASKING_TIER=opening, and only then")
    return (urlsplit(f"//{environment['MASKING_FORWARD_BIND']}").hostname or "", port) if port else None


def _port(environment: Mapping[str, str], name: str) -> int:
    try:
        return metrics_port(environment, name)
    except ValueError as fault:
        raise SettingsError(str(fault)) from None


def _signed(environment: Mapping[str, str], name: str, check: Callable[[str], str]) -> tuple[str, Path | None]:
    """The address of messages, and the secret that signs them: both, or neither."""
    url, key = environment.get(f"{name}_URL", ""), _file(environment, f"{name}_KEY_FILE")
    if bool(url) != bool(key):
        raise SettingsError(f"{name}_URL and {name}_KEY_FILE are set together or not at all")
    try:
        return check(url) if url else "", key
    except ValueError as fault:
        raise SettingsError(f"{name}_URL {fault}") from None


def _archive_url(url: str) -> str:
    """Return the URL of an archive if it is valid. Without TLS it may be elsewhere: both directions are signed."""
    parts = split_url(url)
    unwanted = parts.username or parts.password or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or unwanted:
        raise ValueError("must begin with https:// or http://, without user, query and fragment")
    return url


def _policy(environment: Mapping[str, str]) -> Path:
    name = environment.get("MASKING_POLICY", str(shipped("policy.yaml")))
    if not name:
        raise SettingsError("MASKING_POLICY must name a file, or not be set: then the shipped policy is used")
    return Path(name)


def _file(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name, "")
    if text and not (os.path.isfile(text) and os.access(text, os.R_OK)):  # noqa: PTH113 -- Path raises for some folders
        raise SettingsError(f"{name} must name a file that this user can read")
    return Path(text) if text else None


def _is_set_to(environment: Mapping[str, str], name: str, word: str) -> bool:
    """Return whether a setting has the one value that it can have; False where it is unset or empty."""
    said = environment.get(name, "")
    if said not in {"", word}:
        raise SettingsError(f"{name} must be unset or exactly {word}")
    return bool(said)


def _number(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text[:12]) <= most):
        raise SettingsError(f"{name} must be a whole number from {least} to {most}")
    return int(text)
