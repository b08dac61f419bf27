"""Principals: people and machines, in one form.

An id is `client/ID` or `ALIAS/SUB`, cut at its first slash, so no two principals can ever share one.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

CLIENT_ALIAS = "client"  # reserved: no issuer may bear it
SERVICE_ALIAS = "service"  # reserved: what the service and its command line do of themselves
DEFAULT_TENANT = "default"

SURROUNDINGS = ("device", "network")
"""What an issuer may name of a sign-in: members of `Claims`, `Principal` and audit entries."""

_CLIENT_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAX_SUB_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller.

    `roles` are names only: what they allow is the policy's to say. `acr` and `signed_in_at` (Unix seconds)
    say how and when a member of staff signed in; both are None for machines and where the issuer is silent. `phone` is
    the number that the issuer claims for the person, `device` and `network` what it says of those, as it wrote them,
    `name` what it calls the person; None where it claims none.
    """

    id: str = field(repr=False)  # providers put people's names into subjects
    tenant: str = field(repr=False)
    roles: tuple[str, ...]
    sites: frozenset[str] = field(repr=False)
    source: Literal["key", "jwt"]
    acr: str | None = field(default=None, repr=False)
    signed_in_at: int | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    device: str | None = field(default=None, repr=False)
    network: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)

    @property
    def alias(self) -> str:
        """The issuer's alias, or `client` for an API key."""
        return self.id.partition("/")[0]


def service_principal(hand: str, tenant: str = DEFAULT_TENANT) -> Principal:
    """Return the service itself as a principal of a tenant, without roles. Its names are `watch` and `command-line`."""
    return Principal(f"{SERVICE_ALIAS}/{hand}", tenant, (), frozenset(), "key")


def client_principal_id(client_id: object) -> str:
    """Return `client/ID`; raise ValueError for a malformed ID.

    It is 1-64 of `a-z0-9._-`, a letter or digit first. No error holds the value.
    """
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise ValueError("a client id is 1 to 64 of a-z 0-9 . _ - and begins with a letter or digit")
    return f"{CLIENT_ALIAS}/{client_id}"


def staff_principal_id(alias: str, sub: object) -> str:
    """Return `ALIAS/SUB`; raise ValueError for an ambiguous spelling.

    SUB is 1-128 printable characters (no control, format or surrogate code points, so no invisible twin), in
    Unicode's composed form (so no decomposed twin), without a space at either end.
    """
    if not isinstance(sub, str) or not 1 <= len(sub) <= _MAX_SUB_LENGTH:
        raise ValueError("a subject is 1 to 128 characters")
    if not sub.isprintable() or sub != sub.strip() or not unicodedata.is_normalized("NFC", sub):
        raise ValueError("a subject is printable, in composed form, without spaces around it")
    return f"{issuer_alias(alias)}/{sub}"


def principal_id(value: object) -> str:
    """Return a well-formed principal id from a request.

    Says nothing about whether that principal exists. ValueError (without the value) otherwise.
    """
    if not isinstance(value, str):
        raise ValueError("a principal's id is a string")
    alias, slash, rest = value.partition("/")
    if not slash:
        raise ValueError("a principal's id is client/ID or ALIAS/SUB")
    return client_principal_id(rest) if alias == CLIENT_ALIAS else staff_principal_id(alias, rest)


def sound_principal(principal: str) -> str:
    """Return the principal's id, for an audit entry; empty if it is malformed."""
    try:
        return principal_id(principal)
    except ValueError:
        return ""


def issuer_alias(value: object) -> str:
    """Return a valid issuer alias; raise ValueError otherwise.

    It is 1-64 of `a-z0-9-`, and neither `client` nor `service`.
    """
    if value in (CLIENT_ALIAS, SERVICE_ALIAS):
        raise ValueError("the aliases client and service belong to the API keys and to the service itself")
    return _sound_name(value, "an alias")


def tenant_name(value: object) -> str:
    """Return a valid tenant name, 1-64 of `a-z0-9-`; raise ValueError otherwise."""
    return _sound_name(value, "a tenant")


def role_name(value: object) -> str:
    """Return a valid role name, 1-64 of `a-z0-9-`; raise ValueError otherwise."""
    return _sound_name(value, "a role")


def rule_name(value: object) -> str:
    """Return a valid name of a profile or purpose, 1-64 of `a-z0-9-`; raise ValueError otherwise."""
    return _sound_name(value, "a name")


def site_codes(values: Iterable[object]) -> frozenset[str]:
    """Return valid site codes; raise ValueError otherwise. Each is 1-64 of `A-Za-z0-9._-`."""
    sites = []
    for value in values:
        if not isinstance(value, str) or not _SITE.fullmatch(value):
            raise ValueError("a site is 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit")
        sites.append(value)
    return frozenset(sites)


def _sound_name(value: object, what: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(f"{what} is 1 to 64 of a-z 0-9 - and begins with a letter or digit")
    return value
