"""No planted value is in the store, in any encoding."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import redis

from keys.aead import HEADER_BYTES
from masking_service.audit.actions import Action
from masking_service.audit.log import AuditLog
from masking_service.masking.records.schema import Place
from masking_service.rotation.keyset_watch import Heartbeat, heartbeat_commands
from masking_service.service.call.denials import Denials
from masking_service.service.call.recorder import ItemOutcome, Recorder, RequestContext, Stated
from masking_service.service.cases.state import Cases, Opening
from masking_service.service.custody.state import Custodies, Custody
from masking_service.service.disclosures.state import Disclosure, Disclosures, Opened, Viewed
from masking_service.service.people.clients import ApiKey, ClientRegistry
from masking_service.service.people.principals import Principal
from masking_service.service.phone_calls.provider import CallRecord
from masking_service.service.phone_calls.state import Callers, CallRecords, KeptRecord, LiveCalls, Origin
from masking_service.service.search.state import Findable
from masking_service.service.vault.wrapped_keys import KeyNotice, write_key_notice
from masking_service.store.client import Store
from masking_service.store.genesis import claim
from tests.every import every
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import LATER, NOW, ask, put

TENANT = "tenant-under-test"
SITE = "021001"
PLANTED = {
    "name": "欧阳明月",
    "phone": "13912345678",
    "address": "上海市青浦区华新镇样板路88弄6号楼1502室",
    "unit": "1502室",
    "number": "SF7788990011",
    "second number": "YT5566778899",
    "tenant": TENANT,
    "reason": "客户投诉包裹破损",
    "caller": "13900000001",
    "dial": "700123456789012",
}
CALL_REFERENCE = 16
"""Characters behind the hash tag of the key that keeps whose call it was."""
ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "gb18030": lambda text: text.encode("gb18030"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "json": lambda text: text.encode("ascii", "backslashreplace"),
    "reversed": lambda text: text[::-1].encode(),
}


def base64s(text: str) -> Iterator[bytes]:
    """Return `text` in base64, at each of three alignments."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + text.encode())
        inner = encoded[(0, 2, 3)[before] : len(encoded) // 4 * 4 - 4]
        yield from (inner, inner.replace(b"+", b"-").replace(b"/", b"_"))


def forms(text: str) -> set[bytes]:
    return {encode(text) for encode in ENCODINGS.values()} | {*base64s(text)}


def everything(client: redis.Redis) -> dict[bytes, list[bytes]]:
    """Return keys, dumps and contents: a dump may be compressed."""
    read: dict[bytes, Callable[[bytes], object]] = {
        b"string": lambda key: ask(client, "GET", key),
        b"hash": lambda key: ask(client, "HGETALL", key),
        b"zset": lambda key: ask(client, "ZRANGE", key, 0, -1),
        b"set": lambda key: ask(client, "SMEMBERS", key),
        b"stream": lambda key: ask(client, "XRANGE", key, "-", "+"),
    }
    return {
        key: [key, ask(client, "DUMP", key), *flat(read[ask(client, "TYPE", key)](key))]
        for key in ask(client, "KEYS", "*")
    }


def flat(content: object) -> Iterator[bytes]:
    if isinstance(content, dict):
        content = [*content.items()]
    if isinstance(content, list | tuple | set):
        for part in content:
            yield from flat(part)
    elif isinstance(content, bytes):
        yield content
    else:
        yield str(content).encode()


@pytest.fixture
def used(store: Store, client: redis.Redis, tmp_path: Path) -> dict[bytes, list[bytes]]:
    """A store with every kind of key."""
    keyring, random = known_keyring(), stores.foreseen()
    claim(store, keyring, random)
    vault = stores.vault(store)
    planted = [
        (Place.parse("name recipient.name"), PLANTED["name"]),
        (Place.parse("phone recipient.phone"), PLANTED["phone"]),
        (Place.parse("address recipient.address"), PLANTED["address"]),
        (Place.parse("text contactInfoList[0].note"), PLANTED["unit"]),
    ]
    body = stores.body_of("standard", planted)
    found_by = Findable((PLANTED["phone"],), (PLANTED["phone"][-4:],), SITE)
    stored = put(vault, body, PLANTED["number"], tenant=TENANT, findable=[found_by])
    put(vault, stores.body_of("standard", planted[:1]), PLANTED["number"], tenant=TENANT, revise=True)
    put(vault, body, PLANTED["second number"], tenant=TENANT)
    stores.erase(vault, PLANTED["second number"], tenant=TENANT, now=NOW, until=LATER)
    custodies = Custodies(store, keyring, random, vault.record_keys)
    custodies.prepare(TENANT, [stored.base], [Custody(SITE)], [LATER], first=True).write()
    who = f"staff/{PLANTED['phone']}"
    opened = Opened(NOW, who, f"D-{PLANTED['phone']}", (who,), ("/recipient/phone",))
    shown = [Disclosure(stored.base, LATER, one) for one in (opened, Viewed(NOW, who, "courier", 1))]
    Disclosures(store, keyring, random).prepare(TENANT, shown).write()
    numbers = (PLANTED["number"], PLANTED["second number"])
    opening = Opening("D-2026-0001", "dispute", numbers, None, PLANTED["reason"], "staff/u-1", NOW, LATER, 0)
    Cases(store, keyring, random).prepare_opening(TENANT, opening).write()
    registry = ClientRegistry(store, keyring, tmp_path, random)
    stores.change(
        registry, lambda clients: clients.add("printer", "label-printer", ApiKey.new(bytes(32), NOW), tenant=TENANT)
    )
    officer = Principal(f"staff/{PLANTED['phone']}", TENANT, ("dispute-officer",), frozenset(), "jwt")
    context = RequestContext(officer, f"request-{PLANTED['phone']}", NOW)
    seen = [ItemOutcome(stored.base, "released", "/recipient/phone", "phone"), ItemOutcome(None, "not-found")]
    log = AuditLog(store, keyring.audit_signer, random, lambda: NOW)
    Recorder(log, Denials(log, lambda: NOW), keyring, "policy", None).record(
        context, Action.DETOKENIZE, "done", Stated(case=f"D-{PLANTED['phone']}", purpose="dispute"), items=seen
    )
    live_calls = LiveCalls(store, keyring, random)
    origin = Origin(TENANT, who, stored.base, "/recipient/phone", LATER)
    place = live_calls.place(origin, PLANTED["caller"], PLANTED["phone"])
    claimed = live_calls.claim(place, origin, NOW, LATER)
    live_calls.bound(place, msgspec.structs.replace(claimed, dial=PLANTED["dial"], binding="b-1"))
    record = KeptRecord(stored.base, "/recipient/phone", LATER, CallRecord("", "r-1", NOW, 12, answered=True))
    CallRecords(store, keyring, random).prepare(TENANT, [record]).write()
    Callers(store, keyring, random).prepare(TENANT, {who: PLANTED["caller"]}).write()
    vault.data_keys.refresh(store)
    write_key_notice(store, keyring, KeyNotice(), random)
    store.write(heartbeat_commands(keyring, "process", Heartbeat(f"{PLANTED['phone']}:1", "", 0, 0), NOW, bytes(12)))
    return everything(client)


def test_the_store_holds_something_of_every_kind(used: dict[bytes, list[bytes]]) -> None:
    kinds = {key.partition(b"}")[2] if b"{" in key else key.split(b":")[1] for key in used}
    references = {kind for kind in kinds if len(kind) == CALL_REFERENCE}

    # Records and tombstones, search indexes, custody, disclosures, records of calls, marks of erasures, cases and
    # their list, calls, and numbers of callers; genesis, clients; the log; data keys, their uses, the notice and who
    # is at work (a process's own place begins with w, as a writer's does).
    assert len(references) == 1
    assert {kind.partition(b":")[0] for kind in kinds - references} == {
        *(b"0", b"1", b"", b"@", b"!", b"#", b"~", b"case", b"cases", b"live", b"callers"),
        *(b"genesis", b"clients"),
        *(b"data", b"uses", b"notice", b"workers"),
        *(b"w", b"writers", b"o"),
    }


@pytest.mark.parametrize("what", PLANTED)
def test_no_planted_value_is_in_any_key_or_value(used: dict[bytes, list[bytes]], what: str) -> None:
    found = {key for key, texts in used.items() for form in forms(PLANTED[what]) for text in texts if form in text}

    assert found == set()


@every("what", PLANTED)
def test_the_search_finds_a_value_that_is_there(what: str) -> None:
    text = PLANTED[what]
    hidden = {name: b"before" + encode(text) + b"behind" for name, encode in ENCODINGS.items()} | {
        f"base64 {n}": base64.b64encode(b"x" * n + text.encode() + b"yyy") for n in range(3)
    }

    missed = [name for name, content in hidden.items() if not any(form in content for form in forms(text))]

    assert missed == []


def test_two_records_that_share_a_phone_share_nothing_in_the_store(store: Store, client: redis.Redis) -> None:
    vault = stores.vault(store)
    put(vault, stores.body("张三"), "SF0000000001")
    put(vault, stores.body("张三"), "SF0000000002")

    first, second = (ask(client, "GET", key) for key in ask(client, "KEYS", "wm:{*}0"))

    windows = [{value[at : at + 4] for at in range(HEADER_BYTES, len(value) - 3)} for value in (first, second)]
    assert windows[0] & windows[1] == set()


def test_every_key_has_the_services_prefix(used: dict[bytes, list[bytes]]) -> None:
    assert [key for key in used if not key.startswith(b"wm:")] == []
