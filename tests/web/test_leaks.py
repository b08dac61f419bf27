"""Values that were sent in are in no log line, refusal, Redis key or readable value."""

from __future__ import annotations

import io

import pytest

from masking_service.store.client import Store
from tests.web.api import SITE, Api, field, record, token
from tests.web.people import AUDITOR, COURIER, DESK, OFFICER, PRINTER, PRIVACY, SUPERVISOR, TRACKING
from tests.web.planted import NUMBER, PLANTED, TRACES


@pytest.fixture
def busy(api: Api, logged: io.BytesIO) -> tuple[Api, list[bytes], str]:
    """A service that did everything that it can do, its refusals, and what it logged meanwhile."""
    sent = record(NUMBER, **PLANTED)
    made = api.tokenize(sent, custody={"site": SITE}, replace="token")[0]["tokens"]
    api.tokenize(sent | {"remark": "13955550003 again"}, on_conflict="revise")
    api.open_case("PLANTED-1", NUMBER, reason="13955550003")
    api.opened(token(made["/sender/phone"]), field(NUMBER, "/sender/name"), case="PLANTED-1")
    api.get(COURIER, f"/v1/waybills/{NUMBER}")
    api.post(TRACKING, "/v1/custody", {"items": [{"waybill_no": NUMBER, "site": SITE, "courier": "dev/13955550001"}]})
    api.get(AUDITOR, f"/v1/waybills/{NUMBER}/disclosures")
    planted = {"X-Request-Id": "13955550001", "User-Agent": "13955550001", "Referer": f"/v1/waybills/{NUMBER}"}
    refused = [
        api.get(PRINTER, f"/v1/waybills/{NUMBER}", headers=planted),
        api.get(OFFICER, f"/v1/waybills/{NUMBER}?profile=13955550001", headers=planted),
        api.get(OFFICER, f"/v1/{NUMBER}/13955550001", headers=planted),
        api.get(made["/sender/phone"], f"/v1/waybills/{NUMBER}"),
        api.post(PRINTER, "/v1/mask", {"records": [], "13955550001": 1}),
        api.post(PRINTER, "/v1/mask", {"records": [], "profile": "13955550001"}),
        api.post(PRINTER, "/v1/mask", {"records": [], "schema": "13955550001"}),
        api.post(PRINTER, "/v1/mask", data=b'{"records":[{"name":"13955550001"'),
        api.post(PRINTER, "/v1/mask", {"records": [sent] * 1_001}),
        api.post(PRINTER, "/v1/tokenize", {"records": [sent | {"sender": [["诸葛种子"]]}]}),
        api.post(PRINTER, "/v1/tokenize", {"records": [sent | {"remark": "x"}]}),
        api.post(
            DESK, "/v1/cases", {"case": "诸葛种子", "purpose": "13955550001", "waybills": ["诸葛种子"], "reason": ""}
        ),
        api.post(TRACKING, "/v1/custody", {"items": [{"waybill_no": NUMBER, "13955550001": 1}]}),
        api.post(
            TRACKING,
            "/v1/custody",
            {"items": [{"waybill_no": "诸葛种子", "site": "诸葛种子", "courier": "13955550001"}]},
        ),
        api.get(PRINTER, f"/v1/waybills/{NUMBER}/disclosures", headers=planted),
        api.get(AUDITOR, "/v1/waybills/诸葛种子诸葛种子/disclosures", headers=planted),
        api.post(SUPERVISOR, "/v1/cases/13955550001/approve"),
        api.detokenize(token(made["/sender/phone"]), case="13955550001"),
        api.detokenize(token(made["/sender/phone"]), purpose="13955550001", case="PLANTED-1"),
        api.detokenize(*[token(made["/sender/phone"])] * 50, case="PLANTED-1"),
        api.call(PRIVACY, "DELETE", "/v1/waybills/%E8%AF%B8%E8%91%9B%E7%A7%8D%E5%AD%90"),
    ]
    secrets = [*made.values(), *api.credentials.values()]
    bodies = [b"%b\n%b" % (answer.data, str(answer.headers).encode()) for answer in refused]
    written = logged.getvalue().decode()
    for secret in secrets:
        assert secret not in written
        assert not any(secret.encode() in body for body in bodies)
    return api, bodies, written


def test_no_refusal_repeats_what_was_sent(busy: tuple[Api, list[bytes], str]) -> None:
    found = [(at, trace) for at, body in enumerate(busy[1]) for trace in TRACES if trace in body]

    assert found == []


def test_no_log_line_holds_what_was_sent(busy: tuple[Api, list[bytes], str]) -> None:
    written = busy[2].encode()

    assert written.count(b"\n") >= 20
    assert [trace for trace in TRACES if trace in written] == []


def test_no_log_line_holds_a_path_but_its_route(busy: tuple[Api, list[bytes], str]) -> None:
    assert '"route":"/v1/mask"' in busy[2]
    assert "/v1/waybills/SF" not in busy[2]


def everything(store: Store) -> bytes:
    """All that the store holds, as a thief of a dump would read it."""
    keys = store.read([(b"KEYS", b"*")])[0]
    dumps = store.read([(b"DUMP", key) for key in keys])
    return b"\n".join([*keys, *dumps])


def test_no_redis_key_or_value_holds_what_was_sent(busy: tuple[Api, list[bytes], str]) -> None:
    held = everything(busy[0].parts.store)

    assert len(held) > 2_000
    assert [trace for trace in TRACES if trace in held] == []


def test_no_file_of_the_state_directory_holds_what_was_sent(busy: tuple[Api, list[bytes], str]) -> None:
    """Keys, snapshots and checkpoints without the store reveal no data."""
    api = busy[0]
    api.parts.checkpoints.make()
    files = {path.name: path.read_bytes() for path in api.parts.settings.state_dir.rglob("*") if path.is_file()}

    assert {"keyset.json", "clients.sealed", "checkpoint.json"} <= files.keys()
    assert [(name, trace) for name, held in files.items() for trace in TRACES if trace in held] == []


@pytest.mark.parametrize("trace", ["default", "other", "PLANTED-1", "021001", "standard"])
def test_no_redis_key_names_a_tenant_a_case_or_a_site(busy: tuple[Api, list[bytes], str], trace: str) -> None:
    keys = busy[0].parts.store.read([(b"KEYS", b"*")])[0]

    assert [key for key in keys if trace.encode() in key] == []


def test_every_redis_key_begins_alike_and_ends_some_day_or_is_no_waybills(
    busy: tuple[Api, list[bytes], str],
) -> None:
    store = busy[0].parts.store
    keys = store.read([(b"KEYS", b"*")])[0]
    lives = store.read([(b"TTL", key) for key in keys])

    assert all(key.startswith(b"wm:") for key in keys)
    assert [
        key
        for key, life in zip(keys, lives, strict=True)
        if life < 0 and not key.startswith((b"wm:{t:", b"wm:{audit}", b"wm:{keys}", b"wm:genesis", b"wm:clients"))
    ] == []


def test_two_records_that_share_a_phone_do_not_show_it(api: Api) -> None:
    api.tokenize(record("SF1111111111"), record("SF2222222222"))
    store = api.parts.store
    one, two = store.read([(b"GET", key) for key in store.read([(b"KEYS", b"wm:{*}0")])[0]])

    assert len(one) == len(two)
    assert not any(one[at : at + 8] in two for at in range(20, len(one) - 8))


def test_no_part_shows_a_secret_when_it_is_printed(api: Api) -> None:
    made = api.tokenize(record(NUMBER, **PLANTED))[0]["tokens"]["/sender/phone"]
    parts = api.parts
    shown = repr([parts, parts.settings, parts.keyring, parts.store, parts.registry.clients, [*parts.registry.clients]])

    for secret in (made, *api.credentials.values(), NUMBER, parts.settings.redis_url):
        assert secret not in shown
