"""The version of the rules of masking is told where masks are."""

from masking_service.masking import RULES_VERSION
from tests.web.api import Api, record
from tests.web.people import PRINTER


def test_an_answer_names_the_version_of_the_rules(ready: Api) -> None:
    answered = ready.post(PRINTER, "/v1/mask", {"records": [record("SF1111111111")]})

    assert answered.headers["X-Masking-Rules"] == RULES_VERSION
