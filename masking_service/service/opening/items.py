"""What is wrong with the items of an opening."""

from typing import Any, Final

from masking_service.service.call.items import INVALID_ITEM, Fault, unknown_members

_BY_NUMBER: Final = ("waybill_no", "field")
_MEMBERS: Final = ("token", *_BY_NUMBER)


def opening_faults(item: Any) -> list[Fault]:
    """Everything that is wrong with what is neither ``{"token"}`` nor ``{"waybill_no", "field"}``."""
    if not isinstance(item, dict):
        return [("", INVALID_ITEM)]
    faults = unknown_members(item, _MEMBERS)
    if "token" in item:
        faults += [(f"/{name}", "not-with-token") for name in _BY_NUMBER if name in item]
    elif not faults or any(name in item for name in _BY_NUMBER):
        faults += [(f"/{name}", "missing") for name in _BY_NUMBER if name not in item]
    wrong = (name for name in _MEMBERS if name in item and not isinstance(item[name], str))
    return [*faults, *((f"/{name}", "invalid-value") for name in wrong)]
