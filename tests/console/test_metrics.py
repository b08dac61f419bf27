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
