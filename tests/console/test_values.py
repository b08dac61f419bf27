"""What comes of each field that a form asks for, in its place."""

from __future__ import annotations

import re

from tests.console.conftest import Work
from tests.web.api import NUMBER, record

PHONE, NAME = "021-59791234-801", "欧阳娜娜"


def test_each_field_has_its_own_result_in_its_own_place(work: Work) -> None:
    work.api.tokenize(record())
    work.api.open_case("D-3", NUMBER)
    asked = {"waybill": NUMBER, "purpose": "dispute", "field-2": "/recipient/phone", "field-10": "/recipient/name"}
    officer = work.browser("dispute-officer")

    fragments = officer.post("/cases/D-3/reveal", data=asked | {"field-4": "/nothing"}, headers={"HX-Request": "true"})

    parts = re.findall(r'hx-target="#v([0-9]+)".*?</hx-partial>', fragments.text, re.DOTALL)
    assert parts == ["2", "4", "10"]
    shown = dict(zip(parts, re.split(r'hx-target="#v', fragments.text)[1:], strict=True))
    assert (PHONE in shown["2"], 'class="said"' in shown["4"], NAME in shown["10"]) == (True, True, True)
    page = officer.post("/cases/D-3/reveal", data=asked).text
    assert (page.count("data-revealed"), PHONE in page, NAME in page) == (2, True, True)


def test_a_form_that_asks_for_no_field_opens_none(work: Work) -> None:
    form = {"waybill": NUMBER, "purpose": "dispute", "field-x": "/recipient/phone"}

    assert work.browser("dispute-officer").post("/cases/D-3/reveal", data=form).status_code == 400
