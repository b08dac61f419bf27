"""What the desk lets a person sign is what it then asks the service for."""

from __future__ import annotations

import json

from tests.console.conftest import Work
from tests.web.signing import Person


def test_a_case_is_opened_with_a_signature_over_what_its_form_asks(signing_work: Work) -> None:
    person, browser = Person(signing_work.api, "service-desk", "p-1").bootstrap(), signing_work.browser("service-desk")
    form = {
        "case": " D-9",
        "purpose": "dispute",
        "reason": "Wrong recipient",
        "details": "twice",
        "hours": "4",
        "officer": "dev/o-1",
        "waybills": "SF1234567890\r\nsf 2222 222 222, SF1234567890",
    }

    proposed = browser.post("/sign", json={"path": "/cases/new", "fields": form}).get_json()
    signed = {"signed": json.dumps(person.key.sign(proposed))}
    unsigned = browser.post("/cases/new", data=form)
    opened = browser.post("/cases/new", data=form | signed)
    again = browser.post("/cases/new", data=form | signed | {"case": "D-10"})

    assert proposed["text"] == "Open case D-9 (dispute) for 2 waybills"
    assert [each.status_code for each in (unsigned, opened, again)] == [401, 303, 403]
    assert opened.headers["Location"] == "/cases/D-9"


def test_a_second_approver_lets_a_replacement_work_at_once(signing_work: Work) -> None:
    api = signing_work.api
    first, second = (Person(api, "supervisor", sub).bootstrap() for sub in ("boss-1", "boss-2"))
    Person(api, "dispute-officer", "o-1").bootstrap()
    replacement = Person(api, "dispute-officer", "o-1").approved_by(first)
    browser, other = signing_work.browser("supervisor", "boss-2"), signing_work.browser("supervisor", "boss-1")
    form = {"principal": replacement.id, "key": replacement.key.key_id, "code": replacement.key.code}
    button = "Let it work at once"

    offered = [button in each.get(f"/keys?person={replacement.id}").text for each in (browser, other)]
    proposed = browser.post("/sign", json={"path": "/keys/approve", "fields": form}).get_json()
    done = browser.post("/keys/approve", data=form | {"signed": json.dumps(second.key.sign(proposed))})

    assert (offered, done.status_code) == ([True, False], 303)
    assert button not in browser.get(f"/keys?person={replacement.id}").text
    (key,) = [one for one in replacement.get("/v1/me/keys").get_json()["keys"] if one["key"] == replacement.key.key_id]
    assert "works_from" not in key
