"""Entries from before the secret of audit hashes turned over can be compared with those from after it."""

from dataclasses import replace as changed

from msgspec.structs import replace

from keys.keyring import Keyring
from masking_audit.format.entries import Entry
from masking_audit.newest_hashes import NewestHashes
from masking_service.audit.actions import Action
from masking_service.masking.records.recipients import read
from masking_service.service.call.denials import Denials
from masking_service.service.call.recorder import ItemOutcome, Recorder, RequestContext, Stated
from masking_service.service.decoys.state import hash_number, number_hashes
from masking_service.service.people.principals import Principal
from tests.keys.known import known_keyring, known_keyset, with_further_hashes
from tests.service.call.test_recorder import BASE, Kept
from tests.store.stores import NOW

WHO = changed(Principal("staff/u-1", "default", ("auditor",), frozenset(), "jwt"), device="laptop", network="office")
OLD, NEW = known_keyring(), Keyring(with_further_hashes(known_keyset(), active=2))


def made(keyring: Keyring) -> Entry:
    """The entry of a search for a phone."""
    kept = Kept()
    recorder = Recorder(kept, Denials(kept, lambda: NOW), keyring, "policy", None)
    stated = Stated(asked=("search", "phone", "13812345678"))
    items = [ItemOutcome(BASE, "done"), ItemOutcome(None, "done")]
    recorder.record(RequestContext(WHO, "r", NOW), Action.SEARCH, "done", stated, items=items)
    return kept.entries[0]


def test_an_older_entry_becomes_what_it_would_be_now() -> None:
    before, now = made(OLD), made(NEW)

    assert NewestHashes([NEW.tenant("default")])(before) == now
    assert (before.hashes, now.hashes, before.tenant == now.tenant) == (0, 2, True)
    same = [getattr(before, name) == getattr(now, name) for name in ("asked", "device", "network")]
    assert (same, before.items[0] == now.items[0], len(now.device)) == ([False] * 3, False, 16)


def test_entries_of_now_of_others_and_edited_ones_stay_as_they_are() -> None:
    newest = NewestHashes([NEW.tenant("default")])
    older = made(OLD)

    for entry in (made(NEW), replace(older, tenant="0" * 32), replace(older, asked="edited"), replace(older, hashes=9)):
        assert newest(entry) is entry


def test_a_policy_from_before_still_names_the_companys_own_numbers() -> None:
    (phone,) = read("13900000001")

    before, now = hash_number(OLD.tenant("default"), phone.number), hash_number(NEW.tenant("default"), phone.number)

    assert before != now
    assert {before, now} < {*number_hashes(NEW.tenant("default"), phone.number)}
