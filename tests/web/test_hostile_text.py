"""A name that is a script, a formula, a line end or a turned text stays text, in answers and in both logs."""

from __future__ import annotations

import io
import json

import msgspec
import pytest
from werkzeug.test import TestResponse

from masking_audit.archive.export import export
from masking_service.audit.streams import Streams
from tests.web.api import NUMBER, SITE, Api, field, record
from tests.web.people import COURIER, DESK, PRINTER, SUPERVISOR

HOSTILE = [
    "<script>alert(1)</script>",
    "=HYPERLINK(0)",
    "a\r\nSet-Cookie: a=b",
    "a\u202egnp.exe",
    '"};{"a":"',
    "\x1b]0;a\x07",
]


@pytest.fixture(params=HOSTILE, ids=ascii)
def met(api: Api, request: pytest.FixtureRequest, logged: io.BytesIO) -> tuple[str, list[TestResponse], str]:
    """A hostile text in every place that takes one: the text, the answers, and the log."""
    text: str = request.param
    sent = record(NUMBER, sender__name=text, remark=text, note=text)
    case = {"case": "D-1", "purpose": "dispute", "waybills": [NUMBER], "reason": text}
    answers = [
        api.post(PRINTER, "/v1/mask", {"records": [sent]}),
        api.post(PRINTER, "/v1/tokenize", {"records": [sent], "custody": {"site": SITE}}),
        api.get(COURIER, f"/v1/waybills/{NUMBER}"),
        api.post(DESK, "/v1/cases", case),
        api.post(DESK, "/v1/cases", case | {"case": text}),
        api.get(DESK, "/v1/cases"),
        api.detokenize(field(NUMBER, "/sender/name")),
        api.detokenize(field(NUMBER, text)),
        api.post(SUPERVISOR, "/v1/principals/dev%2Fu-9/freeze", {"why": text}),
        api.post(PRINTER, "/v1/mask", {"records": [], "profile": text}),
        api.post(PRINTER, "/v1/mask", {"records": [], text: 1}),
    ]
    return text, answers, logged.getvalue().decode()


Met = tuple[str, list[TestResponse], str]


def test_the_value_comes_back_as_the_text_that_it_was(met: Met) -> None:
    text, answers, _ = met

    assert answers[6].get_json()["results"][0]["value"] == text


def test_no_browser_takes_an_answer_for_a_page(met: Met) -> None:
    assert {answer.mimetype for answer in met[1]} <= {"application/json", "application/problem+json"}
    assert {answer.headers["X-Content-Type-Options"] for answer in met[1]} == {"nosniff"}


def test_no_header_is_made_of_it(met: Met) -> None:
    names = {name for answer in met[1] for name in dict(answer.headers)}

    assert names <= {
        "Cache-Control",
        "Content-Language",
        "Content-Length",
        "Content-Type",
        "Vary",
        "X-Content-Type-Options",
        "X-Masking-Rules",
        "X-Request-Id",
    }


def test_every_line_of_the_log_is_one_event(met: Met) -> None:
    lines = met[2].splitlines()

    assert len(lines) == len(met[1])
    assert {json.loads(line)["event"] for line in lines} == {"request"}


def test_every_line_of_the_audit_log_is_one_entry(api: Api, met: Met) -> None:
    lines = [*export(Streams(api.parts.store), api.parts.checkpoints.make())]

    assert [line for line in lines if len(line.splitlines()) != 1] == []
    assert [line for line in map(msgspec.json.decode, lines) if line.keys().isdisjoint({"entry", "checkpoint"})] == []
