"""What the desk counts about itself, and that no count names a person, a case or a path."""

from __future__ import annotations

import os
import re

from flask.testing import FlaskClient

from masking_console.context import NAME
from masking_console.metrics import DeskMetrics
from masking_console.session_key import SessionKey
from tests.console.test_sign_in import choose, leave, sign_in


def test_the_age_of_the_session_key_is_told_and_follows_its_file(browser: FlaskClient, session_key: SessionKey) -> None:
    metrics = browser.application.extensions[NAME].metrics
    (before, limit), path = _ages(metrics), session_key._path
    os.utime(path, (1_000_000_000, 1_000_000_000))
    after = _ages(DeskMetrics(SessionKey(path).created))

    assert before > 1_000_000_000
    assert after == (1_000_000_000, limit)
    assert limit == 365 * 86_400


def _ages(metrics: DeskMetrics) -> tuple[float, ...]:
    told = metrics.exposition()[0].decode()
    return tuple(
        float(value) for value in re.findall(r'^masking_key_[a-z_]+\{use="desk-session"\} (\S+)$', told, re.MULTILINE)
    )


def test_sign_ins_confirmations_refusals_and_times_are_counted(browser: FlaskClient) -> None:
    sign_in(browser, "/cases/D-SECRET", "officer-wang")
    sign_in(browser, "/cases/D-SECRET", "officer-wang")  # it confirms the one before
    browser.get(choose(leave(browser)).replace("state=", "state=x"))
    browser.post("/cases/D-SECRET/close", headers={"Sec-Fetch-Site": "cross-site"})
    browser.get("/cases/D-SECRET")  # 503: no service runs in this test

    told = browser.application.extensions[NAME].metrics.exposition()[0].decode()

    for line in (
        'masking_console_sign_ins_total{outcome="done"} 2.0',
        'masking_console_sign_ins_total{outcome="refused"} 1.0',
        'masking_console_step_ups_total{outcome="done"} 1.0',
        'masking_console_refusals_total{code="cross-origin"} 1.0',
        'masking_console_request_seconds_count{route="/cases/<name>",status="503"} 1.0',
    ):
        assert line in told
    for secret in ("officer-wang", "D-SECRET"):
        assert secret not in told
