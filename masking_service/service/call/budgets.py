"""Budgets of a person, a role and a tenant, in sliding windows.

A call takes from every window of all three or from none, in one step inside the store, and what cannot be counted
is refused. Nothing is freed early: not by a restart, a clock that goes back, or a request that is sent twice.
"""

import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from operator import itemgetter
from typing import Final, Protocol

from keys.keyring import Keyring
from masking_service.service.call.errors import QuotaExceeded, SignatureInvalid
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import Budget, Counted, Factors, Window
from masking_service.store.client import Command, Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import tenant_stem
from masking_service.store.pipeline import Question, Roster, Script

SCOPES: Final = "person", "role", "tenant"
PARTS: Final = 60
"""A window slides by a sixtieth of its length. Parts that have partly left it count in full."""
COUNTED_PARTS: Final = PARTS + 1
"""Parts of a window that are added up."""
MAX_LIMIT: Final = 2**32 - 1
"""The maximum of a four-byte counter; a higher limit means this."""
CALL_SECONDS: Final = 60
"""How long a call is remembered. No request lives longer than 5 s."""
CALL_ID_BYTES: Final = 16
CACHED_STEMS: Final = 4_096
"""Budget key names that are cached. Hashing them for each view would take about 3 % of its time."""

CACHED_BUDGETS: Final = 256

_SCRIPT: Final = Script.of(__package__, "budget.lua")
_USED: Final = [-1]
_NO_BUDGET: Final = Grant("", "")
_HEAD: Final = struct.Struct(">II")
"""How a stored window begins: its newest part, and its total. The counts of the parts follow."""


@dataclass(frozen=True, slots=True)
class Nonce:
    """What makes a signature good for one call: a key that is written with the budget, or not at all.

    Attributes:
        key: in the tenant's slot.
        seconds: how long it is kept; longer than a signature is good for.
        since: the servers at the time at which the signature was checked: it is written to no other.
    """

    key: bytes
    seconds: int
    since: Roster


def part_seconds(window: Window) -> int:
    """Return the length of a part, in seconds."""
    return window.seconds // PARTS


def kept_seconds(window: Window) -> int:
    """Return how long a window's key is kept after the first write in a part, in seconds.

    That is the window and two parts. The second part covers a clock that goes back by less than a part; if the clock
    goes back further, the next write sets the expiry again.
    """
    return window.seconds + 2 * part_seconds(window)


def limit_of(window: Window, factor: int) -> int:
    """Return the limit of a window for `factor` people."""
    return min(window.limit * factor, MAX_LIMIT)


def refusal(budget: Budget, role: str, amount: int, fits_from: Sequence[int]) -> QuotaExceeded:
    """Return the error naming the window that frees last.

    `amount` is what was to be taken. `fits_from` is the part in which each window has room again; 0 if it has room now.
    """
    windows = budget.windows * 3  # for the person, the role and the tenant
    frees = [
        (part * part_seconds(window), window, SCOPES[at // len(budget.windows)])
        for at, (window, part) in enumerate(zip(windows, fits_from, strict=True))
        if part
    ]
    retry_at, window, scope = max(frees, key=itemgetter(0))
    ever = min(window.limit for window in budget.windows)
    at_most = ever if amount > ever else 0
    return QuotaExceeded(window.name, retry_at, role=role, counts=budget.counts, scope=scope, at_most=at_most)


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a window.

    `frees_at` is the time from which there is more, in Unix seconds; None if all is left.
    """

    window: Window
    left: int
    frees_at: int | None


def room(window: Window, seconds_a_part: int, value: bytes | None, now: float, limit: int) -> Room:
    """Return what is left of a limited window.

    Args:
        window: whose value it is.
        seconds_a_part: how long a part is.
        value: what the store holds; None where nothing was spent.
        now: Unix seconds.
        limit: how much may be spent in the window.
    """
    if value is None:
        return Room(window, limit, None)
    newest, _ = _HEAD.unpack_from(value)
    counts = [count for (count,) in struct.iter_unpack(">I", value[_HEAD.size :])]
    oldest = max(newest, int(now // seconds_a_part)) - COUNTED_PARTS + 1
    spent = {newest - age: count for age, count in enumerate(counts) if count and newest - age >= oldest}
    total = sum(spent.values())
    left = max(limit - total, 0)
    for part in sorted(spent):
        total -= spent[part]
        if total < limit - left:
            return Room(window, left, (part + COUNTED_PARTS) * seconds_a_part)
    return Room(window, left, None)


def least(rooms: list[Room]) -> Room:
    """Return the smallest room; of equal ones the one that frees last."""
    return min(rooms, key=lambda one: (one.left, -(one.frees_at or 0)))


class Spending(Protocol):
    """Counts what is spent by role, for metrics. It decides nothing."""

    def spent(self, role: str, counts: Counted, amount: int) -> None:
        """Count an amount taken from a role's budget."""

    def given_back(self, role: str, counts: Counted, amount: int) -> None:
        """Count an amount that was given back."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """An amount that was taken from a budget; 0 if the grant is free."""

    amount: int
    _store: Store = field(repr=False)
    _keys: Sequence[bytes] = field(repr=False)
    _told: Callable[[int], None] = field(repr=False, default=lambda _: None)

    def give_back(self, unused: int) -> None:
        """Give back what was not released: one round trip, none if there is nothing.

        Only the first time counts, and only within a minute of the reservation; after that it stays spent.

        Args:
            unused: at most what was reserved.

        Raises:
            StoreUnavailable: it is not known to be given back; the same call can be made again.
        """
        if unused < 0:
            raise ValueError("amount must not be negative")
        if not self._keys or not unused:
            return
        if unused > self.amount:
            raise ValueError("amount must not be more than was reserved")
        self._store.script(_SCRIPT, self._keys, (b"give back", unused))
        self._told(unused)

    def try_to_give_back(self, unused: int) -> None:
        """Give back what was not released. If the store does not answer, it stays spent, which is safe."""
        with suppress(StoreUnavailable):
            self.give_back(unused)


class Budgets:
    """Counts what is spent, in the store.

    A person has one count of each thing (`Budget.counts`), whichever of their roles they spend through.

    Args:
        factors: how many times a person's budget all of a role, and all of a tenant, have together.
        random: gives so many random bytes.
        spending: counts what is spent and given back.
    """

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        factors: Factors,
        random: Callable[[int], bytes],
        spending: Spending,
    ) -> None:
        self._spending = spending
        self._store = store
        self._keyring = keyring
        self._factors = factors
        self._random = random
        self._stems = lru_cache(CACHED_STEMS)(partial(_stems, keyring))
        self._counted = lru_cache(CACHED_BUDGETS)(partial(_counted, factors))

    def reserve(self, principal: Principal, grant: Grant, amount: int, now: float) -> Reservation:
        """Take an amount from every window of a budget, or nothing: one round trip. As `reserve_question`."""
        return self._store.answer(self.reserve_question(principal, grant, amount, now))

    def reserve_question(
        self, principal: Principal, grant: Grant, amount: int, now: float, nonce: Nonce | None = None
    ) -> Question[Reservation]:
        """Return the question that takes an amount from every window of a budget, or nothing.

        Where the grant has no budget, or the amount is 0, there is nothing to ask and no round trip, unless there is a
        `nonce`: it is taken with the amount in one step, and a budget that has no room leaves it unused.

        Args:
            now: the service's clock, Unix seconds. If it went back, the latest time that was seen counts.

        Its answer raises:
            QuotaExceeded: some window has no room. At its `retry_at` the same call would pass if nothing is spent
                until then. An amount above the limit itself never passes: `retry_at` is then a whole window
                away, and a smaller call may pass before.
            SignatureInvalid: the nonce was used before.
            StoreUnavailable: it could not be counted, so nothing may be released.
        """
        if amount < 0:
            raise ValueError("amount must not be negative")
        role, budget = grant.role, grant.budget if amount else None
        if budget is None and nonce is None:
            return Question([], lambda _: Reservation(0, self._store, ()))
        keys = self._keys(principal, role, budget)
        args = self._args(b"reserve" if nonce is None else b"reserve signed", budget, amount, now)

        def read(fits_from: Reply) -> Reservation:
            if fits_from == _USED:
                raise SignatureInvalid("it was used before")
            if budget is None:
                return Reservation(0, self._store, ())
            if fits_from:
                raise refusal(budget, role, amount, fits_from)
            self._spending.spent(role, budget.counts, amount)
            return Reservation(amount, self._store, keys, partial(self._spending.given_back, role, budget.counts))

        if nonce is None:
            return Question.running(_SCRIPT, keys, args, read)
        question = Question.running(_SCRIPT, [*keys, nonce.key], [*args, nonce.seconds], read)
        question.since = nonce.since
        return question

    def spend_once_question(self, principal: Principal, now: float, nonce: Nonce | None) -> Question[Reservation]:
        """Return the question that uses a nonce up and takes no budget. Its answer raises as `reserve_question`."""
        return self.reserve_question(principal, _NO_BUDGET, 0, now, nonce)

    def check(self, principal: Principal, grant: Grant, amount: int, now: float) -> None:
        """Refuse if `reserve` would, and take nothing: one round trip. Raises as `reserve`."""
        if grant.budget is None:
            return
        keys = self._keys(principal, grant.role, grant.budget)
        fits_from = self._store.script(_SCRIPT, keys, self._args(b"check", grant.budget, amount, now))
        if fits_from:
            raise refusal(grant.budget, grant.role, amount, fits_from)

    def _args(self, what: bytes, budget: Budget | None, amount: int, now: float) -> list[bytes | int]:
        args: list[bytes | int] = [what, CALL_SECONDS, amount]
        if budget is None:
            return args
        for seconds_a_part, limit, kept in self._counted(budget):
            args += int(now // seconds_a_part), limit, kept
        return args

    def rooms(self, principal: Principal, grants: Sequence[Grant], now: float) -> list[list[Room]]:
        """Return what is left of the budgets of grants: one round trip. As `rooms_question`."""
        return self._store.answer(self.rooms_question(principal, grants, now))

    def rooms_question(self, principal: Principal, grants: Sequence[Grant], now: float) -> Question[list[list[Room]]]:
        """Return the question for the least of what the person, the role and the tenant have left of the budgets.

        Nothing is asked without budgets.
        """
        budgets = [(grant.role, grant.budget) for grant in grants if grant.budget is not None]
        keys = [self.window_keys(principal, role, budget) for role, budget in budgets]
        commands: list[Command] = [(b"MGET", *(key for some in keys for key in some))] if keys else []

        def read(replies: list[Reply]) -> list[list[Room]]:
            values = iter(replies[0] if replies else ())
            found = []
            for _, budget in budgets:
                each = [
                    [
                        room(window, part_seconds(window), next(values), now, limit_of(window, factor))
                        for window in budget.windows
                    ]
                    for factor in self._factors.of(budget)
                ]
                found.append([least(list(rooms)) for rooms in zip(*each, strict=True)])
            return found

        return Question(commands, read)

    def window_keys(self, principal: Principal, role: str, budget: Budget) -> list[bytes]:
        """Return the keys of the windows: the person's, then the role's, then the tenant's."""
        stems = self._stems(principal.tenant, budget.counts, principal.id, role)
        return [stem + window.name.encode() for stem in stems for window in budget.windows]

    def _keys(self, principal: Principal, role: str, budget: Budget | None) -> list[bytes]:
        """Return the keys of the call and of all windows, in one slot."""
        stem = tenant_stem(self._keyring.tenant(principal.tenant).tenant_tag)
        call = f"call:{self._random(CALL_ID_BYTES).hex()}"
        windows = self.window_keys(principal, role, budget) if budget is not None else ()
        return [stem + call.encode(), *windows]


def _counted(factors: Factors, budget: Budget) -> tuple[tuple[int, int, int], ...]:
    """Return (seconds of a part, limit, seconds kept) of each window of the person, the role and the tenant."""
    return tuple(
        (part_seconds(window), limit_of(window, factor), kept_seconds(window))
        for factor in factors.of(budget)
        for window in budget.windows
    )


def _stems(keyring: Keyring, tenant: str, counts: Counted, person: str, role: str) -> tuple[bytes, ...]:
    """Return what the keys of the windows of the person, the role and the tenant begin with."""
    keys = keyring.tenant(tenant)
    subjects = (("person", person), ("role", role), ("tenant",))
    return tuple(
        tenant_stem(keys.tenant_tag) + f"budget:{keys.tag('budget', counts, *subject)}:".encode()
        for subject in subjects
    )
