"""What the desk counts about itself, and that no count names a person, a case or a path."""

from __future__ import annotations

import os
import re

from flask.testing import FlaskClient

from masking_console.context import NAME
from masking_console.metrics import DeskMetrics
from masking_console.session_key import SessionKey


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


def test_each_count_is_told_with_its_labels_and_bounds() -> None:
    metrics = DeskMetrics(lambda: 1_000_000_000.0)
    metrics.request("/cases/<case>", 200, 0.3)
    metrics.count("sign_ins", "done")
    metrics.count("step_ups", "done")
    metrics.count("refusals", "done")
    told, media_type = metrics.exposition()

    request = 'route="/cases/<case>",status="200"'
    bounds = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
    assert [line for line in told.decode().splitlines() if not re.match(r"#|\w+_created\{", line)] == [
        *(f'masking_console_request_seconds_bucket{{le="{bound}",{request}}} {float(bound > 0.3)}' for bound in bounds),
        f'masking_console_request_seconds_bucket{{le="+Inf",{request}}} 1.0',
        f"masking_console_request_seconds_count{{{request}}} 1.0",
        f"masking_console_request_seconds_sum{{{request}}} 0.3",
        'masking_console_sign_ins_total{outcome="done"} 1.0',
        'masking_console_step_ups_total{outcome="done"} 1.0',
        'masking_console_refusals_total{code="done"} 1.0',
        'masking_key_created_timestamp_seconds{use="desk-session"} 1e+09',
        'masking_key_max_age_seconds{use="desk-session"} 3.1536e+07',
    ]
    assert media_type == "text/plain; version=0.0.4; charset=utf-8"
