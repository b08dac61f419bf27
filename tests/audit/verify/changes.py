"""Changes of sealed state with their audit entries, for tests that compare store and log."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from keys.keyring import Keyring
from masking_audit.format.entries import Entry
from masking_service.audit.log import AuditLog, fact
from masking_service.service.cases.state import Act, Cases, Opening
from masking_service.service.custody.state import Custodies, Custody
from masking_service.service.decoys.state import Decoy, Decoys
from masking_service.service.disclosures.state import Disclosure, Disclosures, Opened
from masking_service.service.freezes.state import Freeze, Freezes
from masking_service.service.lookout.state import Shortlists, StoredListing
from masking_service.service.people.clients import ApiKey, ClientRegistry, Clients
from masking_service.service.phone_calls.provider import CallRecord
from masking_service.service.phone_calls.state import Callers, CallRecords, KeptRecord
from masking_service.service.state.sealed import Prepared
from masking_service.service.vault.vault import Vault
from masking_service.store.client import Store
from tests.audit.logs import entry
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER

KEYRING = known_keyring()
(BASE,) = KEYRING.tenant("default").bases([NUMBER])


class Service:
    """Writers of sealed state with a log and a clock.

    Attributes:
        pause: the seconds that pass after each change.
    """

    def __init__(self, store: Store, folder: Path, keyring: Keyring = KEYRING) -> None:
        self.now, self.pause = NOW, 60
        self.store = store
        random = os.urandom
        self.log = AuditLog(store, keyring.audit_signer, random, lambda: self.now)
        self.cases = Cases(store, keyring, random)
        self.freezes = Freezes(store, keyring, random)
        self.disclosures = Disclosures(store, keyring, random)
        self.call_records = CallRecords(store, keyring, random)
        self.callers = Callers(store, keyring, random)
        self.registry = ClientRegistry(store, keyring, folder, random)
        self.vault = Vault(store, keyring, random)
        self.custodies = Custodies(store, keyring, random, self.vault.record_keys)
        self.decoys = Decoys(store, keyring, random)
        self.shortlists = Shortlists(store, keyring, random)
        (self.base,) = keyring.tenant("default").bases([NUMBER])

    def carry_out(self, prepare: Callable[[], Prepared[Any]], action: str, **stated: Any) -> None:
        """Record a change, then write it."""
        written = False
        while written is False:
            prepared = prepare()
            facts = [fact(one) for one in prepared.sealed]
            made: Entry = entry(at=self.now, action=action, request=f"{action}-{self.now}", facts=facts, **stated)
            self.log.append(made)
            written = prepared.write()
        self.now += self.pause

    def open(self, name: str, *waybills: str) -> None:
        opening = self.opening(name, *waybills)
        self.carry_out(lambda: self.cases.prepare_opening("default", opening), "case-open", case=name)

    def close(self, name: str) -> None:
        act, opening = Act("close", "staff/d-1", self.now), self.opening(name)
        self.carry_out(lambda: self.cases.prepare_act("default", opening, act), "case-close", case=name)

    def opening(self, name: str, *waybills: str) -> Opening:
        return Opening(name, "dispute", waybills or (NUMBER,), None, "r", "staff/d-1", self.now, LATER, 0)

    def move(self, courier: str, until: int = LATER) -> None:
        custody = [Custody("021001", courier)]
        self.carry_out(lambda: self.custodies.prepare("default", [self.base], custody, [until]), "custody-move")

    def set_first(self, bases: Sequence[bytes], courier: str) -> None:
        custody, ends = Custody("021001", courier), [LATER] * len(bases)
        self.carry_out(
            lambda: self.custodies.prepare("default", bases, [custody] * len(bases), ends, first=True), "custody-first"
        )

    def freeze(self, who: str) -> None:
        wanted = Freeze(who, self.now, "why", "staff/s-1")
        self.carry_out(lambda: self.freezes.prepare_freeze("default", wanted)[1], "freeze", subject=who)

    def thaw(self, who: str) -> None:
        self.carry_out(lambda: self.freezes.prepare_unfreeze("default", who), "thaw", subject=who)

    def add_client(self, name: str) -> None:
        def change(clients: Clients) -> Clients:
            return clients.add(name, "label-printer", ApiKey.new(os.urandom(32), self.now))

        self.carry_out(lambda: self.registry.prepare(change), "client-add", subject=f"client/{name}")

    def disclose(self) -> None:
        shown = Opened(self.now, "staff/u-1", "D-1", (), ("/recipient/phone",))
        disclosure = Disclosure(self.base, LATER, shown)
        self.carry_out(lambda: self.disclosures.prepare("default", [disclosure]), "detokenize", case="D-1")

    def record_call(self, name: str) -> None:
        sent = CallRecord("", name, self.now, 0, answered=False)
        record = KeptRecord(self.base, "/recipient/phone", LATER, sent)
        self.carry_out(lambda: self.call_records.prepare("default", [record]), "call-record")

    def plant(self, decoy: Decoy) -> None:
        self.carry_out(lambda: self.decoys.prepare("default", lambda _: [decoy]), "decoy-plant")

    def list_person(self) -> None:
        listed = [StoredListing("staff/u-9", self.now, 9.0, frozen=False, reasons=())]
        self.carry_out(lambda: self.shortlists.prepare("default", listed, self.now), "lookout")

    def register(self, number: str | None) -> None:
        numbers = {"staff/c-1": number}
        self.carry_out(lambda: self.callers.prepare("default", numbers), "callers-import")

    def erase(self) -> None:
        self.carry_out(lambda: self.vault.prepare_erasure("default", NUMBER, now=self.now, until=LATER), "erase")

    def do_everything(self) -> None:
        """Do each action once."""
        stores.put(self.vault, stores.body())
        self.open("D-1")
        self.move("client/c-1")
        self.freeze("staff/u-9")
        self.add_client("printer-1")
        self.disclose()
        self.record_call("r-1")
        self.register("13900000001")
