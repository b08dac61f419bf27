"""A service that keeps both indexes."""

from __future__ import annotations

import pytest

from tests.web.api import Api, Under, record


@pytest.fixture
def api(under: Under) -> Api:
    """A service that keeps both indexes, past its first record of the day."""
    api = under(lambda document: document.update(search={"phone": True, "last4": True}))
    api.tokenize(record("SF0000000000", recipient__phone="13700000000"))
    return api
