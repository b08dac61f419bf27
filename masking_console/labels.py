"""The masked label of a waybill: what is printed on the parcel, with its codes as images."""

import io
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import segno
from barcode import Code128
from barcode.writer import SVGWriter

from masking_console.formats import side_of, value_at
from masking_console.service import Json


def label_of(found: Sequence[Json | None], number: str) -> Json | None:
    """The sides and codes of a label, or None where the waybill is not to be seen."""
    if not found or found[0] is None:
        return None
    record, fields = found[0]["record"], found[0].get("fields", {})
    sides: dict[str, dict[str, Any]] = {"recipient": {}, "sender": {}}
    for pointer, kind in fields.items():
        side = side_of(pointer)
        if side:
            sides[side].setdefault(kind, value_at(record, pointer))
    return {"number": number, "sides": sides, "barcode": barcode_image(number), "qr": qr_image(number)}


def barcode_image(number: str) -> str:
    """Code 128 of a number, as a data URL."""
    drawn = io.BytesIO()
    Code128(number, writer=SVGWriter()).write(drawn, {"write_text": False, "module_height": 12.0, "quiet_zone": 2.0})
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode('ascii')}"


def qr_image(text: str) -> str:
    """A QR code, as a data URL."""
    return str(segno.make(text, error="m").svg_data_uri(border=2))
