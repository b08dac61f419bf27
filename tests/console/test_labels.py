"""The label preview shows what is printed on the parcel."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import unquote

import pytest

from masking_console.labels import barcode_image, label_of, qr_image

NUMBER = "SF1234567890"


def found(**more: Any) -> dict[str, Any]:
    record = {"waybill_no": NUMBER, "recipient": {"name": "欧阳**", "phone": "*******5678"}, **more}
    return {"record": record, "fields": {"/recipient/name": "name", "/recipient/phone": "phone"}}


@pytest.mark.parametrize(
    "more",
    [
        {"routing_code": "021-C4 02"},
        {"routeLabelInfo": [{"destRouteLabel": "021-C4 02"}]},
        {"三段码": "021-C4 02"},
        {"shortAddress": "021-C4 02"},
    ],
)
def test_the_routing_code_of_the_record_is_on_the_label(more: dict[str, Any]) -> None:
    label = label_of(found(**more), NUMBER)

    assert label is not None
    assert label["routing"] == "021-C4 02"


def test_a_record_without_a_routing_code_has_a_label_without_one() -> None:
    label = label_of(found(remark="021-C4 02"), NUMBER)

    assert label is not None
    assert label["routing"] == ""
    assert label["sides"]["recipient"] == {"name": "欧阳**", "phone": "*******5678"}


def test_a_waybill_that_is_not_found_has_no_label() -> None:
    assert label_of(None, NUMBER) is None


@pytest.mark.parametrize("number", ["SF1234", NUMBER, "YT8800001715888", "A" * 40], ids=["6", "12", "15", "40"])
def test_the_code_is_a_full_qr_code_with_its_quiet_zone(number: str) -> None:
    """A full one has 17 + 4 n modules a side for a version n from 1; a Micro QR code has at most 17."""
    svg = unquote(qr_image(number))
    width, height = (int(re.findall(rf"{side}='(\d+)'", svg)[0]) for side in ("width", "height"))

    version, rest = divmod(width - 2 * 4 - 17, 4)
    assert (width, rest) == (height, 0)
    assert version >= 1


def test_the_bars_are_12_millimetres_high_beside_a_quiet_zone_and_no_text_is_under_them() -> None:
    drawn = base64.b64decode(barcode_image(NUMBER).partition(",")[2]).decode()
    bars = re.findall(r'<rect x="([0-9.]+)mm" y="1.000mm" width="([0-9.]+)mm" height="([0-9.]+)mm"', drawn)
    (width,) = re.findall(r'<svg [^>]*width="([0-9.]+)mm"', drawn)
    end = float(bars[-1][0]) + float(bars[-1][1])

    assert {height for _, _, height in bars} == {"12.000"}
    assert (float(bars[0][0]), round(float(width) - end, 3), "<text" in drawn) == (2.0, 2.0, False)
