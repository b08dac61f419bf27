"""What the examples share. The names, numbers and addresses are invented."""

from typing import Any, Final

TOKENS: Final = {
    "/sender/name": "wbt1BGTd7FguoV8FWnFbB0JxXuA",
    "/sender/phone": "wbt1Br4qqaaABvvLOzAxzXMcU1Q",
    "/sender/address": "wbt1BsHiQMaRiNTN9Ox98whGcTw",
    "/recipient/name": "wbt1Bc1UWb5fxzpF7STG7nVLe3A",
    "/recipient/phone": "wbt1BARUsRJlNONwktN9ugkZeEg",
    "/recipient/address": "wbt1BG61she_QAqq0nv3Vth1Lsw",
}
WAYBILL_NO: Final = "YT8800212345678"
CASE: Final = {
    "case": "D-2026-0001",
    "status": "open",
    "purpose": "dispute",
    "waybills": [WAYBILL_NO],
    "officer": "staff/officer-7",
    "reason": "签收异议，需联系收件人",
    "opened_by": "staff/desk-3",
    "opened_at": "2026-11-24T08:00:00Z",
    "expires_at": "2026-11-25T08:00:00Z",
    "approved_by": [],
    "ticket": None,
    "decisions": [],
}
FREEZE: Final = {"id": "staff/officer-7", "since": "2026-11-24T08:00:00Z", "why": "login seen abroad"}


SUPERVISOR: Final = "staff/supervisor-2"


def decision(act: str, note: str | None) -> dict[str, Any]:
    return {"act": act, "by": SUPERVISOR, "at": "2026-11-24T08:05:00Z", "note": note}


def clear_record() -> dict[str, Any]:
    """A record as a customer's system sends it."""
    return {
        "waybill_no": WAYBILL_NO,
        "sender": {
            "name": "张三",
            "phone": "13812345678",
            "address": "华志路1685号3号楼2单元402室(放门卫勿打电话)",
        },
        "recipient": {"name": "欧阳娜娜", "phone": "021-59791234-801", "address": "一号楼二单元三零一"},
        "remark": "微信同号13812345678，单号YT8800212345678",
        "weight_kg": 1.25,
    }


def masked_record() -> dict[str, Any]:
    """The same record under the profile `label`."""
    return {
        "waybill_no": WAYBILL_NO,
        "sender": {
            "name": "张*",
            "phone": "*******5678",
            "address": "华志路1685号3号楼*单元***室(放门卫勿打电话)",
        },
        "recipient": {"name": "欧阳**", "phone": "021-******34-***", "address": "一号楼*单元***"},
        "remark": "微信同号*******5678，单号YT8800212345678",
        "weight_kg": 1.25,
    }


def viewed() -> dict[str, Any]:
    """What a view shows of it: the mapped fields."""
    shown = {key: value for key, value in masked_record().items() if key not in ("waybill_no", "weight_kg")}
    openable = {pointer: pointer.rpartition("/")[2] for pointer in TOKENS}
    return {
        "waybill_no": WAYBILL_NO,
        "schema": "standard",
        "revision": 0,
        "record": shown,
        "fields": openable,
    }
