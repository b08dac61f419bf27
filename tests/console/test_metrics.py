"""What the desk counts about itself, and that no count names a person, a case or a path."""

from __future__ import annotations

from flask.testing import FlaskClient

from masking_console.context import NAME
from tests.console.test_sign_in import choose, leave, sign_in


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
