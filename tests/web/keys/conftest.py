"""A service whose acts are signed, and two people: one with a key, and one who has none yet."""

from __future__ import annotations

import pytest

from tests.web.api import NUMBER, Api, field, record
from tests.web.signing import Person

PHONE = field(NUMBER, "/sender/phone")


@pytest.fixture
def api(signing: Api) -> Api:
    signing.tokenize(record())
    signing.open_case("D-1", NUMBER)
    return signing


@pytest.fixture
def boss(api: Api) -> Person:
    return Person(api, "supervisor", "boss").bootstrap()


@pytest.fixture
def officer(api: Api) -> Person:
    return Person(api, "dispute-officer", "officer")
