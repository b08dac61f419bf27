"""What the log holds of signatures is verified without the service: by public keys alone."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator

import pytest

from keys.errors import IntegrityError
from keys.keyring import Keyring
from keys.signatures import Verifier
from masking_audit.cli.export import exported
from masking_audit.format.signed import verify_entry
from masking_audit.verify.findings import FindingKind
from masking_audit.verify.signatures import PersonSignatures
from masking_audit.verify.verifier import Verification, verify
from tests.keys.known import with_further_hashes
from tests.web.api import NUMBER, Api, Json, Under, content, field, record, results, token
from tests.web.people import AUDITOR
from tests.web.signing import Person, signed

OPENING = {"act": "detokenize", "purpose": "dispute", "case": "D-1"}
PHONE, NAME = field(NUMBER, "/sender/phone"), field(NUMBER, "/sender/name")
_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def boss(signing: Api) -> Person:
    return Person(signing, "supervisor", "boss").bootstrap()


@pytest.fixture
def officer(signing: Api, boss: Person) -> Person:
    return Person(signing, "dispute-officer", "officer").approved_by(boss)


@pytest.fixture
def api(signing: Api, officer: Person) -> Api:
    """A service in which an officer opened fields by number and by token, and an erased one was not found."""
    tokens = signing.tokenize(record())[0]["tokens"]
    signing.open_case("D-1", NUMBER)
    results(officer.open(PHONE, field("SF9999999999", "/sender/phone"), field(NUMBER, "/sender/address")))
    results(officer.open(token(tokens["/sender/name"]), token("wbt1" + "A" * 22 + "A")))
    return signing


def signed_entries(api: Api) -> list[Json]:
    found = content(api.get(AUDITOR, "/v1/audit?limit=1000"))["entries"]
    return [one for one in found if "signed" in one]


def root_of(person: Person) -> str:
    return hashlib.sha256(person.key.public_key).hexdigest()


def checked(api: Api, approvers: set[str] | None = None) -> tuple[PersonSignatures, list[str]]:
    """Verify the signatures of a whole log; return them, and what is wrong with its entries."""
    content(api.get(AUDITOR, "/v1/audit/checkpoint"))
    parts = api.parts
    verification = Verification(Verifier(parts.keyring.audit_signer.public_pem()))
    verification.signatures = PersonSignatures(verification.findings, approvers)
    verify(exported(parts.store, parts.keyring, parts.settings.state_dir, None), verification)
    findings = [one for one in verification.findings if one.kind is FindingKind.UNSIGNED]
    return verification.signatures, [one.text for one in findings]


def test_every_signature_leads_to_the_key_that_the_command_line_approved(api: Api, boss: Person) -> None:
    found = signed_entries(api)

    assert [one["action"] for one in found] == ["key-approve", "detokenize", "detokenize"]
    assert {verify_entry(one) for one in found} == {root_of(boss)}
    signatures, wrong = checked(api)
    assert (signatures.signed, signatures.roots, wrong) == ({"key-approve": 1, "detokenize": 2}, {root_of(boss): 3}, [])
    assert signatures.unsigned == {"start": 1, "key-enrol": 2, "case-open": 1}


def test_what_was_signed_before_the_hashes_turned_over_is_good_afterwards(
    api: Api, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three entries are found by the number, and each verifies; its items have the hashes that were signed."""
    keyring = api.parts.keyring
    before, old = keyring.tenant("default"), officer.sign({**OPENING, "items": [PHONE]})
    turned = Keyring(with_further_hashes(keyring.keyset))
    monkeypatch.setattr(api.parts.keyring, "_held", turned._held)

    results(officer.open(PHONE, signature=old))
    results(officer.open(PHONE))

    found = content(api.get(AUDITOR, f"/v1/audit?action=detokenize&waybill={NUMBER}"))["entries"]
    hashes = [(one.get("hashes", 0), one["items"][0]["waybill"]) for one in found]
    first, second, _ = keyring.tenant("default").audit_hashes("waybill", before.bases([NUMBER])[0].hex())
    assert hashes == [(0, first)] * 3 + [(1, second)]
    assert second not in before.audit_hashes("waybill", before.bases([NUMBER])[0].hex())
    signatures, wrong = checked(api)
    assert (signatures.signed["detokenize"], wrong) == (4, [])


def changed_bytes(entry: Json) -> Iterator[Json]:
    """The entry with one change of each member of each signature: of its first, middle and last character."""
    for at, one in enumerate(entry["signed"]):
        for name, text in one.items():
            for place in (0, len(text) // 2, len(text) - 1):
                other = _CHARACTERS[(_CHARACTERS.index(text[place]) + 16) % 64]
                made = copy.deepcopy(entry)
                made["signed"][at][name] = text[:place] + other + text[place + 1 :]
                yield made


def test_each_changed_byte_of_a_signature_is_found(api: Api) -> None:
    for changed in changed_bytes(signed_entries(api)[1]):
        with pytest.raises(IntegrityError):
            verify_entry(changed)


@pytest.mark.parametrize(
    "change",
    [
        {"principal": "dev/other"},
        {"case": "D-2"},
        {"purpose": "redelivery"},
        {"action": "erase"},
        {"tenant": "0" * 32},
        {"subject": "dev/other"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_entry_that_says_another_act_is_found(api: Api, change: Json) -> None:
    with pytest.raises(IntegrityError):
        verify_entry(signed_entries(api)[1] | change)


def test_an_entry_with_other_items_is_found(api: Api) -> None:
    entry = signed_entries(api)[1]
    items = entry["items"]
    other = {**items[0], "waybill": "0" * 32}

    for wrong in (
        [other, *items[1:]],
        items[1:],
        [*items, items[0]],
        [{**items[0], "field": "/sender/name"}, *items[1:]],
    ):
        with pytest.raises(IntegrityError):
            verify_entry({**entry, "items": wrong})


def test_the_signature_of_another_act_fits_no_entry(api: Api) -> None:
    _, first, second = signed_entries(api)

    with pytest.raises(IntegrityError):
        verify_entry({**first, "signed": second["signed"]})


def test_a_row_of_approvals_with_a_link_of_another_is_found(signing: Api, api: Api) -> None:
    other = Person(signing, "supervisor", "other-boss").bootstrap()
    Person(signing, "dispute-officer", "other").approved_by(other)
    entry = signed_entries(api)[1]
    foreign = signed_entries(api)[-1]["signed"]

    with pytest.raises(IntegrityError):
        verify_entry({**entry, "signed": [entry["signed"][0], *foreign]})


def test_a_whole_log_is_verified_with_its_signatures(api: Api, boss: Person) -> None:
    found, wrong = checked(api, {root_of(boss)})

    assert wrong == []
    assert (found.signed["detokenize"], found.unsigned["detokenize"], found.roots) == (2, 0, {root_of(boss): 3})


def test_acts_on_two_holds_count_as_two_under_one_id_of_a_request(under: Under) -> None:
    api = under(signed(["hold-lift", "key-approve"]))
    boss = Person(api, "supervisor", "boss").bootstrap()
    one, other = (Person(api, "privacy-officer", sub).approved_by(boss) for sub in ("privacy-1", "privacy-2"))
    api.tokenize(record())
    for hold in ("H-1", "H-2"):
        content(one.post("/v1/holds", {"hold": hold, "reason": "a letter", "waybills": [NUMBER]}), 201)
        content(other.post(f"/v1/holds/{hold}/set", {}, headers={"X-Request-Id": "r-1"}))

    found, _ = checked(api)

    assert (found.signed["hold-set"], found.unsigned["hold-set"]) == (0, 2)


@pytest.mark.parametrize("acts", [["hold-set", "hold-lift"], ["hold-set"]], ids=["all signed", "set only"])
def test_the_entries_of_one_act_on_a_hold_count_as_one(under: Under, acts: list[str]) -> None:
    """Setting and lifting are three entries each: two of the list, and between them one of the waybills."""
    api = under(signed([*acts, "key-approve"]))
    boss = Person(api, "supervisor", "boss").bootstrap()
    one, other = (Person(api, "privacy-officer", sub).approved_by(boss) for sub in ("privacy-1", "privacy-2"))
    api.tokenize(record())
    content(one.post("/v1/holds", {"hold": "H-1", "reason": "a letter", "waybills": [NUMBER]}), 201)
    for person, act, path in ((other, "hold-set", "set"), (one, "hold-lift", "lift"), (other, "hold-lift", "lift")):
        signature = {"signed": person.sign({"act": act, "hold": "H-1"})} if act in acts else {}
        content(person.post(f"/v1/holds/H-1/{path}", signature))

    found, wrong = checked(api)

    counted = {name: (found.signed[name], found.unsigned[name]) for name in ("hold-set", "hold-lift")}
    lifted = (1, 0) if "hold-lift" in acts else (0, 1)
    assert (counted, wrong) == ({"hold-set": (1, 0), "hold-lift": lifted}, [])


def test_a_key_that_none_of_the_printed_ones_approved_is_found(api: Api, boss: Person) -> None:
    _, wrong = checked(api, {"0" * 64})

    root = root_of(boss)[:16]
    assert {*wrong} == {f"the key was approved by {root}…, which is not among the given approvers"}


def test_no_entry_of_a_signature_holds_a_value_or_a_number(api: Api) -> None:
    text = json.dumps(signed_entries(api), ensure_ascii=False)

    assert [one for one in (NUMBER, "13812345678", "张三") if one in text] == []
