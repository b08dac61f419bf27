"""What auditors read over HTTP: their tenant's entries, page by page, and checkpoints that hold the whole log."""

from __future__ import annotations

from base64 import b64decode

import msgspec
import pytest

from keys.signatures import Verifier
from masking_audit.format.lines import CheckpointLine, read_line
from masking_audit.format.links import checkpoint_message
from tests.web.api import Api, Json, content, refusal
from tests.web.people import AUDITOR, COURIER, OFFICER, PRINTER, SUPERVISOR


def refuse(api: Api, who: str = OFFICER) -> None:
    """Something that leaves an entry: an opening without a purpose."""
    assert api.post(who, "/v1/detokenize", {"items": []}).status_code == 400


def leave_entries(api: Api, number: int) -> None:
    """Entries that are all alike, of the auditor."""
    for _ in range(number):
        assert api.get(AUDITOR, "/v1/waybills/SF1234567890/disclosures").status_code == 200


def page(api: Api, query: str = "", who: str = AUDITOR) -> Json:
    return content(api.get(who, f"/v1/audit{query}"))


def checkpoint(api: Api) -> Json:
    return content(api.get(AUDITOR, "/v1/audit/checkpoint"))


def test_an_auditor_reads_what_was_done_and_refused(api: Api) -> None:
    refuse(api)

    found = page(api)
    (entry,) = found["entries"]
    said = (entry["action"], entry["outcome"], entry["principal"])
    assert said == ("detokenize", "purpose-required", "client/dispute-officer")
    assert found["next"] == entry["id"]


def test_an_empty_log_has_nothing_to_go_on_from(api: Api) -> None:
    assert page(api) == {"entries": [], "next": None}


def test_where_nothing_is_new_one_goes_on_from_the_same_entry(api: Api) -> None:
    refuse(api)
    after = page(api)["next"]

    assert page(api, f"?after={after}") == {"entries": [], "next": after}


def test_reading_page_by_page_finds_every_entry_once(api: Api) -> None:
    leave_entries(api, 7)
    found: list[str] = []
    after = ""
    while entries := (one := page(api, f"?limit=3{after}"))["entries"]:
        found += [entry["id"] for entry in entries]
        after = f"&after={one['next']}"

    assert found == [entry["id"] for entry in page(api)["entries"]]
    assert len(set(found)) == 7


def test_a_page_has_a_hundred_entries_unless_it_is_said(api: Api) -> None:
    leave_entries(api, 101)

    assert [len(page(api, query)["entries"]) for query in ("", "?limit=101", "?limit=1000")] == [100, 101, 101]


def test_reading_leaves_no_entry(api: Api) -> None:
    refuse(api)
    page(api)
    checkpoint(api)

    assert len(page(api)["entries"]) == 1


def test_an_auditor_sees_nothing_of_another_tenant(api: Api) -> None:
    refuse(api, "other-tenant-officer")
    theirs = page(api, who=api.mint(AUDITOR, tenant="other"))["next"]
    refuse(api)

    assert [entry["principal"] for entry in page(api)["entries"]] == ["client/dispute-officer"]
    assert refusal(api.get(AUDITOR, f"/v1/audit?after={theirs}")) == (422, "invalid-request")


def test_another_tenants_entry_is_answered_like_one_that_never_was(api: Api) -> None:
    refuse(api, "other-tenant-officer")
    theirs = page(api, who=api.mint(AUDITOR, tenant="other"))["next"]

    bodies = {api.get(AUDITOR, f"/v1/audit?after={name}").text for name in (theirs, "0" * 16 + "-1")}
    assert len(bodies) == 1


@pytest.mark.parametrize("path", ["/v1/audit", "/v1/audit/checkpoint"])
@pytest.mark.parametrize("who", [PRINTER, COURIER, OFFICER, SUPERVISOR])
def test_a_refused_reader_of_the_log_is_an_entry(api: Api, who: str, path: str) -> None:
    assert refusal(api.get(who, path)) == (403, "forbidden")

    (entry,) = page(api)["entries"]
    assert (entry["action"], entry["outcome"], entry["principal"]) == ("audit-read", "forbidden", f"client/{who}")


def test_a_checkpoint_holds_every_entry_that_was_read_before(api: Api) -> None:
    refuse(api)
    newest = page(api)["next"]

    heads = {head["writer"]: head["number"] for head in checkpoint(api)["checkpoint"]["heads"]}
    writer, _, number = newest.rpartition("-")
    assert heads[writer] >= int(number)


def test_a_checkpoint_verifies_with_the_public_key_alone(api: Api) -> None:
    refuse(api)
    kept = checkpoint(api)

    line = read_line(msgspec.json.encode(kept))
    assert isinstance(line, CheckpointLine)
    Verifier(api.parts.keyring.audit_signer.public_pem()).verify(
        b64decode(kept["signature"]), checkpoint_message(line.link)
    )


def test_a_checkpoint_on_request_is_the_newest_one_until_something_is_written(api: Api) -> None:
    first, again = checkpoint(api), checkpoint(api)
    leave_entries(api, 1)
    second = checkpoint(api)

    assert again == first
    assert second["checkpoint"]["epoch"] == first["checkpoint"]["epoch"] + 1


def test_checkpoints_on_request_have_a_budget(api: Api) -> None:
    for _ in range(60):
        checkpoint(api)

    refused = api.get(AUDITOR, "/v1/audit/checkpoint")

    assert (refusal(refused), refused.get_json()["window"]) == ((429, "quota-exceeded"), "1m")
    last = page(api, "?limit=1000")["entries"][-1]
    assert (last["action"], last["outcome"]) == ("audit-read", "quota-exceeded")


def test_no_checkpoint_is_made_of_a_log_that_went_back(api: Api) -> None:
    checkpoint(api)
    api.parts.store.write([(b"FLUSHALL",)])

    assert refusal(api.get(AUDITOR, "/v1/audit/checkpoint")) == (503, "unavailable")


def test_without_a_store_neither_is_answered(storeless: Api) -> None:
    for path in ("/v1/audit", "/v1/audit/checkpoint"):
        assert refusal(storeless.get(AUDITOR, path)) == (503, "unavailable")


def test_no_answer_may_be_kept_on_the_way(api: Api) -> None:
    for path in ("/v1/audit", "/v1/audit/checkpoint"):
        assert api.get(AUDITOR, path).headers["Cache-Control"] == "no-store"


def test_what_is_read_holds_nothing_readable_of_the_tenant(api: Api) -> None:
    refuse(api, api.mint(OFFICER, "u 13812345678", tenant="other"))

    text = msgspec.json.encode(page(api, who=api.mint(AUDITOR, tenant="other"))).decode()
    assert [value for value in ("13812345678", '"other"') if value in text] == []
