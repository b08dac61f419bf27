"""Says what must turn over when a person leaves, by what they could have had, and how far that is.

The plan and its progress are a file in the state directory, so that an interrupted
command continues, and so that a report can be filed. It holds no key and no value.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from keys.files import read_secret_file, write_secret_file
from keys.keyset_file import KeysetFile, RootEntry, SecretEntry
from keys.rotation import RotatableKey, entries_of
from masking_service.masking.timestamps import rfc3339
from masking_service.service.people.clients import Client, Clients

Access = Literal["host", "store", "keys", "code"]
"""What a leaver could have had.

host: root on a machine of the service. store: the store's password or a copy of the store. keys: keyset.json, or the
safes. code: what runs on the machines.
"""


class LeaverStep(NamedTuple):
    """Why a step is taken, and the uses that get a new active key by it."""

    why: str
    renews: tuple[RotatableKey, ...] = ()


STEPS: Final[dict[str, LeaverStep]] = {
    "rotate root": LeaverStep("the old one unwraps data keys and secrets of every copy", ("root",)),
    "rewrap": LeaverStep("nothing in a new copy of the store depends on the old root key"),
    "rotate token": LeaverStep("the old one makes tokens of numbers that it knows", ("token",)),
    "rotate clients": LeaverStep("the old pepper tests guesses of API keys", ("client",)),
    "rotate publication": LeaverStep(
        "the old secret signs what intake hosts read, and answers them as the opening tier", ("publication",)
    ),
    "rotate state": LeaverStep("the old secret seals cases, custody and clients of its own making", ("state",)),
    "rotate index": LeaverStep("the old secret finds waybills by their numbers", ("index",)),
    "rotate search": LeaverStep("the old secret tests which phones are in a search index", ("search",)),
    "rotate audit": LeaverStep(
        "the old key signs entries that were never made, the old hashes tell of whom new entries are",
        ("audit", "audit-hash"),
    ),
    "reseal": LeaverStep("data keys that were unwrapped open records"),
    "revoke intake hosts": LeaverStep("the key of a host signs records that it never stored"),
    "revoke API keys": LeaverStep("they passed through the memory of every machine of the service"),
}
"""In the order in which they run."""
_OF_MACHINES: Final = ("revoke intake hosts", "revoke API keys")
"""The steps that the keys alone do not ask for."""
BY_HAND: Final[dict[Access, tuple[str, ...]]] = {
    "store": (
        "Change the password of the store's user (docs/redis.md).",
        "Run `audit verify --store`: it finds what was deleted, brought back or put in since; not what was put in or "
        "brought back before values were sealed anew.",
    ),
    "keys": (
        "End each permit for pseudonyms (`pseudonyms permit end`), and make a new one where the work goes on: its key "
        "makes and tests pseudonyms.",
        "Put the new keyset.json into the safes, and destroy every older copy.",
        "Destroy the old root key at its provider, where it was in an HSM or in OpenBao.",
        "Give the new audit-public.pem to the auditors and for the witness: the old one alone does not tell which of "
        "two logs is genuine. Keep the witness's checkpoint of today with this report.",
    ),
    "host": (
        "Change the passwords and keys that the machine's environment and files name: the store's, the webhook's, the "
        "ticket system's, the call provider's, the archive's.",
        "Run `keys rotate session` for the desk, where it ran there: everyone signs in again.",
        "Rebuild the machine.",
    ),
    "code": (
        "Build the image from reviewed sources, and roll it out before you rely on the steps above.",
        "Compare the policy in force with the reviewed one (`policy check`).",
    ),
}


class FinishedStep(msgspec.Struct, frozen=True):
    """A step that is complete: when (Unix seconds), how long it took, and what it says of itself."""

    step: str
    at: int
    seconds: int
    said: str

    def __post_init__(self) -> None:
        if self.step not in STEPS:
            raise ValueError("there is no such step")


class LeaverPlan(msgspec.Struct, frozen=True):
    """A leaver's plan, and how far it is.

    Attributes:
        began: Unix seconds.
        hosts: the intake hosts that were enrolled when it was made.
        keys: the names of all keys that the keyset had then, see `key_names`.
    """

    could: tuple[Access, ...]
    began: int
    finished: tuple[FinishedStep, ...] = ()
    hosts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """All steps, in order."""
        if {"host", "code"} & {*self.could}:
            return tuple(STEPS)
        return tuple(step for step in STEPS if step not in _OF_MACHINES) if "keys" in self.could else ()

    def leaves_known(self, step: str, file: KeysetFile) -> bool:
        """Return whether a step has activated a key that was in the keyset before: an interrupted rotation's."""
        entries = [entry for which in STEPS[step].renews for entry in entries_of(file, which)]
        return not {*key_names(entry for entry in entries if entry.state == "active")}.isdisjoint(self.keys)

    @property
    def left(self) -> tuple[str, ...]:
        """The steps that are not complete."""
        done = {one.step for one in self.finished}
        return tuple(step for step in self.steps if step not in done)

    @property
    def by_hand(self) -> tuple[str, ...]:
        """What no command can do."""
        return tuple(line for access, lines in BY_HAND.items() if access in self.needs for line in lines)

    @property
    def needs(self) -> Collection[Access]:
        """Return what the person could have had: a machine and the code include the keys and the store."""
        return {*self.could, *(("store", "keys") if {"host", "code"} & {*self.could} else ())}

    def report(self, now: int) -> str:
        """Return the report for the file, as Markdown."""
        lines = [
            "# Keys that turned over when a person left",
            "",
            f"What the person could have had: {', '.join(self.could)}. "
            f"Begun {rfc3339(self.began)}, complete {rfc3339(now)}.",
            "",
            "| step | complete | seconds | result | why |",
            "|---|---|---|---|---|",
            *(
                f"| {one.step} | {rfc3339(one.at)} | {one.seconds} | {one.said} | {STEPS[one.step].why} |"
                for one in self.finished
            ),
            "",
            "To be done by hand, with the date and a name:",
            "",
            *(f"- [ ] {line}" for line in self.by_hand),
        ]
        return "\n".join(lines) + "\n"


def key_names(entries: Iterable[RootEntry | SecretEntry]) -> tuple[str, ...]:
    """Return a name of each key: its id, or its use and version."""
    return tuple(f"{one.use}/{one.version}" if isinstance(one, SecretEntry) else one.id for one in entries)


def load(path: Path) -> LeaverPlan | None:
    """Return the plan that is under way; None without one. Raises KeysetError: others may read or write the file."""
    return msgspec.json.decode(read_secret_file(path), type=LeaverPlan) if path.exists() else None


def run(
    path: Path,
    departure: LeaverPlan,
    steps: Callable[[str], str | None],
    clock: Callable[[], int],
    told: Callable[[str, str], object],
) -> LeaverPlan:
    """Run the steps that are left, and keep each as complete.

    Args:
        steps: runs one, and returns what it says of itself; None where it is not complete.

    Returns:
        The plan, with `left` empty if all is complete.
    """
    for step in departure.left:
        began = clock()
        said = steps(step)
        if said is None:
            break
        ended = clock()
        finished = FinishedStep(step, ended, ended - began, said)
        departure = msgspec.structs.replace(departure, finished=(*departure.finished, finished))
        write_secret_file(path, msgspec.json.encode(departure), replace=True)
        told(step, said)
    return departure


def outdated(clients: Iterable[Client], began: int, now: int) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the API keys from before `began` to revoke, and the clients that need a new one first. Unix seconds."""
    revocable: list[tuple[str, str]] = []
    waiting: list[str] = []
    for client in clients:
        valid = [key for key in client.keys if not client.revoked and key.valid_at(now)]
        old = [key.id for key in valid if key.created <= began]
        if len(old) < len(valid):
            revocable += [(client.id, key) for key in old]
        elif old:
            waiting.append(client.id)
    return revocable, waiting


def without(clients: Clients, keys: Sequence[tuple[str, str]]) -> Clients:
    """Return a registry without these keys, by client and id."""
    for client, key in keys:
        clients = clients.revoke_key(client, key)
    return clients
