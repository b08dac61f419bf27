"""A day's work at a desk, so that its screens have something to show. All people, parcels and tickets are invented."""

from __future__ import annotations

import json
import time
from typing import Any

from masking_service.dev.issuer import PEOPLE
from masking_service.service.people.issuers import mint
from tests.browser.conftest import DeskProcess

RECIPIENTS = (
    ("欧阳娜娜", "13812345678", "上海市青浦区华志路1685号3号楼2单元402室"),
    ("王小明", "13912340001", "上海市青浦区公园路99弄12号601室"),
    ("李四", "13512340002", "北京市朝阳区人民路12号A座1808"),
    ("赵丽", "13612340003", "杭州市西湖区文三路90号5幢302室"),
    ("周大山", "13712340004", "南京市鼓楼区中山路18号1102室"),
    ("陈丽", "15012340005", "苏州市吴中区东吴北路8号7楼"),
    ("林小明", "15112340006", "广州市天河区体育西路101号2103"),
    ("孙小华", "15212340007", "深圳市南山区科技园北区15栋4层"),
    ("何平安", "15312340008", "武汉市洪山区珞喻路37号9单元12室"),
    ("胡小明", "18612340009", "成都市锦江区红星路三段1号1905"),
)
NUMBERS = tuple(f"YT88005000000{at:02d}" for at in range(1, len(RECIPIENTS) + 1))


def as_person(desk: DeskProcess, sub: str, method: str, path: str, body: object = None) -> dict[str, Any]:
    """A call of one of the invented people, under the name of their sign-in."""
    name, role = PEOPLE[sub]
    pem = (desk.service.state / "dev-issuer.pem").read_bytes()
    token = mint(pem, sub=sub, roles=[role], name=name, ttl=600, now=int(time.time()), phone="13900000002")
    status, _, content = desk.service.call(token, method, path, body)
    assert status < 400, content
    return dict(json.loads(content))


CHINESE = {
    "Customer says that the parcel did not arrive": "客户称未收到包裹",
    "A whole bag is missing — bag 021-77": "整包丢失 — 包号 021-77",
    "Wrong address or refused delivery": "地址有误或拒收",
    "Parcel damaged — box wet, photo in the ticket": "包裹破损 — 外箱受潮，照片见工单系统",
    "Wrong recipient": "错派",
    "A whole bag is missing — bag 021-81": "整包丢失 — 包号 021-81",
    "Request of an authority": "监管调取",
    "Request of an authority — no file number": "监管调取 — 无文号",
    "Which authority? Put the file number into the ticket, then ask again.": "哪个机关？请补上文号后重新申请。",
}


def fill(desk: DeskProcess, language: str = "en") -> None:
    """Let the invented people work: every list has cases in every state. What they write is in the language."""
    words = CHINESE if language == "zh" else {}
    sender = {"name": "张三", "phone": "13900000003", "address": "北京市朝阳区人民路12号A座1808"}
    records = [
        {
            "waybill_no": number,
            "sender": sender,
            "recipient": {"name": name, "phone": phone, "address": address},
            "remark": "放门卫",
        }
        for number, (name, phone, address) in zip(NUMBERS, RECIPIENTS, strict=True)
    ]
    body = {"records": records, "custody": {"site": "021001"}}
    desk.service.call(desk.service.credentials["label-printer"], "POST", "/v1/tokenize", body)
    for sub in PEOPLE:
        as_person(desk, sub, "GET", "/v1/me")
    bag = ["YT8800509999991", *NUMBERS]
    for name, waybills, purpose, reason, hours, officer in (
        ("D-2026-0500", NUMBERS[:1], "dispute", "Customer says that the parcel did not arrive", 24, None),
        ("D-2026-0501", NUMBERS, "dispute", "A whole bag is missing — bag 021-77", 24, None),
        ("D-2026-0502", NUMBERS[1:3], "redelivery", "Wrong address or refused delivery", 4, "dev/officer-zhao"),
        ("D-2026-0503", NUMBERS[3:6], "dispute", "Parcel damaged — box wet, photo in the ticket", 72, None),
        ("D-2026-0504", NUMBERS[6:7], "dispute", "Wrong recipient", 1, None),
        ("D-2026-0510", bag, "dispute", "A whole bag is missing — bag 021-81", 24, "dev/officer-wang"),
        ("D-2026-0511", NUMBERS[2:5], "regulator", "Request of an authority", 72, None),
        ("D-2026-0512", NUMBERS[:2], "regulator", "Request of an authority — no file number", 72, None),
    ):
        opened = {
            "case": name,
            "purpose": purpose,
            "waybills": waybills,
            "reason": words.get(reason, reason),
            "expires_in": 3600 * hours,
        }
        as_person(desk, "desk-li", "POST", "/v1/cases", opened | ({"officer": officer} if officer else {}))
    note = "Which authority? Put the file number into the ticket, then ask again."
    denied = {"note": words.get(note, note)}
    as_person(desk, "supervisor-chen", "POST", "/v1/cases/D-2026-0512/deny", denied)
    for sub, case in (
        ("officer-wang", "D-2026-0501"),
        ("officer-zhao", "D-2026-0502"),
        ("officer-zhao", "D-2026-0503"),
    ):
        as_person(desk, sub, "POST", f"/v1/cases/{case}/claim")
    for sub, case, purpose, opened_numbers in (
        ("officer-wang", "D-2026-0501", "dispute", NUMBERS[:3]),
        ("officer-zhao", "D-2026-0503", "dispute", NUMBERS[3:4]),
    ):
        items = [{"waybill_no": number, "field": "/recipient/phone"} for number in opened_numbers]
        as_person(desk, sub, "POST", "/v1/detokenize", {"purpose": purpose, "case": case, "items": items})
