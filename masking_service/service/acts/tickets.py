"""Tickets: what the service gives out before a person signs, sealed, so that it keeps nothing until a call comes."""

import hashlib
from dataclasses import dataclass
from struct import Struct
from typing import Final, Literal

from keys.aead import NONCE_BYTES
from keys.assertions import unb64
from keys.errors import IntegrityError
from keys.framing import frame
from keys.keyring import TenantKeys
from keys.public_keys import b64
from masking_service.service.call.budgets import Nonce
from masking_service.service.call.errors import SignatureInvalid, SignatureRequired
from masking_service.service.people.principals import Principal
from masking_service.store.client import Store
from masking_service.store.layout import signature_key

VALID_SECONDS: Final = 120
SKEW_SECONDS: Final = 5
"""By how much the clocks of two hosts of the service may differ."""
TICKET_NONCE_BYTES: Final = 16
RANDOM_BYTES: Final = TICKET_NONCE_BYTES + NONCE_BYTES
_HASH_BYTES: Final = 16
_TICKET: Final = Struct(f">{TICKET_NONCE_BYTES}sQ{_HASH_BYTES}s{_HASH_BYTES}s")

Use = Literal["act", "key", "device"]


class TicketExpired(SignatureInvalid):
    """The ticket is too old."""


@dataclass(frozen=True, slots=True)
class ActTicket:
    """Makes one signature good for one call.

    Attributes:
        server: hash of the run id of the server that owns the tenant's slot.
        basis: hash of the policy, and of the secret of audit hashes, of which the statement is made.
    """

    nonce: bytes
    at: int
    server: bytes
    basis: bytes
    hashes: int


@dataclass(frozen=True, slots=True)
class Tickets:
    """Gives tickets out and takes them, under one policy.

    Attributes:
        valid: how long a ticket is good, in seconds.
    """

    store: Store
    policy: str
    valid: int = VALID_SECONDS

    def give(self, keys: TenantKeys, principal: Principal, use: Use, random: bytes, now: int) -> tuple[ActTicket, str]:
        """Return a new ticket, and its text for the caller.

        Args:
            random: `RANDOM_BYTES` of them.

        Raises:
            StoreUnavailable: the server that owns the tenant's slot is not verified.
        """
        nonce = random[:TICKET_NONCE_BYTES]
        ticket = ActTicket(nonce, now, self._server(keys, nonce)[0], self._bases(keys)[keys.hashes], keys.hashes)
        plain = _TICKET.pack(ticket.nonce, ticket.at, ticket.server, ticket.basis)
        return ticket, b64(keys.state.seal(plain, _place(principal, use), random[TICKET_NONCE_BYTES:]))

    def take(self, keys: TenantKeys, principal: Principal, use: Use, text: str, now: int) -> tuple[ActTicket, Nonce]:
        """Return the ticket of a text, and what uses it up.

        Raises:
            SignatureInvalid: it is another person's, for another use, or was not made here.
            TicketExpired: it is too old.
            SignatureRequired: the policy changed since, or another server owns the tenant's slot now, which may not
                know what was used up.
            StoreUnavailable: the server that owns the tenant's slot is not verified.
        """
        try:
            nonce, at, server, basis = _TICKET.unpack(keys.state.open(unb64(text), _place(principal, use)))
        except (ValueError, IntegrityError):
            raise SignatureInvalid("it was proposed to another person, for another use, or not here") from None
        if not -SKEW_SECONDS <= now - at <= self.valid:
            raise TicketExpired("it was proposed too long ago")
        owner, once = self._server(keys, nonce)
        bases = self._bases(keys)
        if owner != server or basis not in bases:
            raise SignatureRequired
        return ActTicket(nonce, at, server, basis, bases.index(basis)), once

    def _bases(self, keys: TenantKeys) -> list[bytes]:
        """Return the bases of tickets under this policy, by the version of the secret of audit hashes."""
        return [_hash(frame(self.policy.encode(), one.encode())) for one in keys.audit_hashes("ticket")]

    def _server(self, keys: TenantKeys, nonce: bytes) -> tuple[bytes, Nonce]:
        roster = self.store.identity.roster  # read once: another thread may replace it
        key = signature_key(keys.tenant_tag, nonce)
        return _hash(self.store.run_id_of(key, roster)), Nonce(key, 2 * self.valid, roster)


def _place(principal: Principal, use: Use) -> bytes:
    return frame(b"ticket", use.encode(), principal.id.encode())


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:_HASH_BYTES]
