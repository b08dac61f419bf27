"""The masked label of a waybill: what is printed on the parcel, with its codes as images."""

import io
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import segno
from barcode import Code128
from barcode.writer import SVGWriter

from masking_console.formats import other_leaves, side_of, value_at
from masking_console.service import Json

QUIET_MODULES: Final = 4
"""The quiet zone of a QR code (ISO/IEC 18004): white modules around it."""
ROUTING_NAMES: Final = frozenset(
    {"routingcode", "routecode", "routelabel", "destroutelabel", "sortingcode", "sortcode", "shortaddress"}
    | {"三段码", "大头笔"}
)
"""Names that carriers give the code by which a parcel is sorted, in lower case without `_` and `-`."""


def label_profile(me: Mapping[str, Any]) -> str:
    """Return the profile in which a person sees waybills: labels', else the first; "" for none."""
    profiles = me["profiles"]
    return "label" if "label" in profiles else str(next(iter(profiles), ""))


def label_of(found: Json | None, number: str) -> Json | None:
    """The sides and codes of a label, or None where the waybill is not to be seen."""
    if found is None:
        return None
    record, fields = found["record"], found.get("fields", {})
    sides: dict[str, dict[str, Any]] = {"recipient": {}, "sender": {}}
    for pointer, kind in fields.items():
        side = side_of(pointer)
        if side:
            sides[side].setdefault(kind, value_at(record, pointer))
    return {
        "number": number,
        "routing": _routing_code(record, fields),
        "sides": sides,
        "barcode": barcode_image(number),
        "qr": qr_image(number),  # a view gives no token
    }


def _routing_code(record: Json, fields: Mapping[str, str]) -> str:
    """The carrier's routing code, where the schema maps one as text; else ""."""
    for pointer, value in other_leaves(record, fields):
        name = pointer.rpartition("/")[2].lower().replace("_", "").replace("-", "")
        if name in ROUTING_NAMES:
            return str(value)
    return ""


def barcode_image(number: str) -> str:
    """Code 128 of a number, as a data URL."""
    drawn = io.BytesIO()
    Code128(number, writer=SVGWriter()).write(drawn, {"write_text": False, "module_height": 12.0, "quiet_zone": 2.0})
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode('ascii')}"


def qr_image(text: str) -> str:
    """A QR code, as a data URL. Never a Micro QR code, which few scanners read."""
    return str(segno.make_qr(text, error="m").svg_data_uri(border=QUIET_MODULES))
