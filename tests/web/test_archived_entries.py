"""`GET /v1/audit` and the archive, and what is refused while the log fills the store."""

from __future__ import annotations

import pytest

from tests.audit.archives import SilentArchive
from tests.web.api import Api, record, refusal
from tests.web.people import AUDITOR, DESK, PRINTER, SUPERVISOR
from tests.web.test_metrics import counts


def test_older_entries_without_an_answer_of_the_archive_are_a_problem_that_says_so(fresh: Api) -> None:
    fresh.parts.archive = SilentArchive()
    fresh.parts.acting = fresh.parts.under(fresh.parts.acting.policy)
    answered = fresh.get(AUDITOR, "/v1/audit")

    assert refusal(answered) == (503, "unavailable")
    assert answered.get_json()["detail"].startswith("The archive of the audit log does not answer")


def test_cases_are_refused_and_labels_printed_while_the_log_fills_the_store(
    fresh: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = {"case": "D-1", "purpose": "dispute", "waybills": [record()["waybill_no"]], "reason": "parcel lost"}
    monkeypatch.setattr(fresh.parts.backlog, "refuses", True)
    opened = fresh.post(DESK, "/v1/cases", case)
    frozen = fresh.post(SUPERVISOR, "/v1/principals/dev%2Fu-7/freeze", {"why": "first"})
    masked = fresh.post(PRINTER, "/v1/mask", {"records": [record()]})
    told = counts(fresh)["masking_audit_actions_refused None"]
    monkeypatch.setattr(fresh.parts.backlog, "refuses", False)
    again = fresh.post(DESK, "/v1/cases", case)

    assert refusal(opened) == (503, "unavailable")
    assert "nearly fills it" in opened.get_json()["detail"]
    assert (frozen.status_code, masked.status_code, told, again.status_code) == (200, 200, 1, 201)
