"""Files are tokenized over a real store for the client of an API key."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keys.files import read_secret_file
from masking_files.entries import Result, members
from masking_files.work import Tokenizing
from masking_service.dev.development import Development
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import CREDENTIALS
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import Parts, assemble
from masking_service.service.call.operation import SentProof
from masking_service.service.call.recorder import RequestContext
from masking_service.service.cases.state import WantedCase
from masking_service.service.cases.use import Casework
from masking_service.service.opening.use import Detokenize
from masking_service.service.waybills.view import ViewWaybills
from tests.cli.files.runs import HEADERS, MASKED, RECORD, TABLE, VALUES, column, line, ndjson, row, rows, run
from tests.servers import Node, durable

POINTERS = [f"/{who}/{what}" for who in ("sender", "recipient") for what in ("name", "phone", "address")]


@pytest.fixture
def settings(
    valkey: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """A development set-up that holds nothing, as the environment of a command."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("MASKING_STATE_DIR", str(folder))
    monkeypatch.setenv("MASKING_REDIS_URL", valkey)
    monkeypatch.delenv("MASKING_API_KEY", raising=False)
    with Development({"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": valkey}) as made:
        yield made.settings


def credentials(settings: Settings) -> dict[str, str]:
    held: dict[str, str] = json.loads(read_secret_file(settings.state_dir / CREDENTIALS))
    return held


def viewed(settings: Settings, number: str, who: str = "dispute-officer", profile: str = "label") -> Result:
    """What the service has under a number, for a person of the set-up."""
    parts: Parts = assemble(settings)
    admit_store(parts)
    principal = parts.acting.authenticator.authenticate(f"Bearer {credentials(settings)[who]}", "127.0.0.1", clock())
    view = parts.acting.of(ViewWaybills)
    none = SentProof("", "GET", "/", b"", b"", lambda _: None)
    result = members(view(RequestContext(principal, "r-1", clock()), profile, [number], none)[0])
    parts.store.close()
    return result


def opened(settings: Settings, token: str) -> object:
    """The value behind a token, opened by the dispute officer under a case of its own."""
    parts: Parts = assemble(settings)
    admit_store(parts)

    def context(who: str) -> RequestContext:
        authorization = f"Bearer {credentials(settings)[who]}"
        return RequestContext(
            parts.acting.authenticator.authenticate(authorization, "127.0.0.1", clock()), "r-1", clock()
        )

    case = f"T-{token[4:12]}"
    try:
        wanted = WantedCase(case, "dispute", ["SF1234567890"], "test")
        parts.acting.of(Casework).open(context("service-desk"), wanted)
        (opened,) = parts.acting.of(Detokenize)(context("dispute-officer"), "dispute", case, [{"token": token}])
        return members(opened)["value"]
    finally:
        parts.store.close()


def tokens_of(text: str) -> list[list[str]]:
    return [column(text, f"token:{pointer}") for pointer in POINTERS]


def test_a_table_gets_its_tokens_in_columns_of_their_own(settings: Settings, table: Path) -> None:
    result = run("tokenize", table)

    assert result.exit_code == 0, result.stderr
    header, cells = rows(table.with_name("orders.tokenized.csv").read_text())
    added = [*(f"token:{pointer}" for pointer in POINTERS), "revision", "created", "expires_at", "error"]
    assert header == [*HEADERS, *sorted(added[:6], key=added.index), *added[6:]]
    assert tuple(cells[: len(MASKED)]) == MASKED
    assert all(token.startswith("wbt") and len(token) == 27 for token in cells[9:15])
    assert cells[15:17] == ["0", "true"]
    assert cells[17].endswith("Z")
    assert cells[18] == ""
    assert "stored: new 1" in result.stderr


def test_what_was_tokenized_is_in_the_store(settings: Settings, table: Path) -> None:
    run("tokenize", table)

    assert viewed(settings, "SF1234567890")["record"]["sender"]["name"] == "张*"


def test_the_same_file_again_gives_the_same_tokens(settings: Settings, table: Path) -> None:
    first = run("tokenize", table, "--output=-").stdout
    again = run("tokenize", table, "--output=-")

    assert tokens_of(again.stdout) == tokens_of(first)
    assert column(again.stdout, "created") == ["false"]
    assert column(again.stdout, "expires_at") == column(first, "expires_at")
    assert "stored: known before 1" in again.stderr


def test_documents_get_the_answers_of_the_service(settings: Settings, tmp_path: Path) -> None:
    lines, array = tmp_path / "in.ndjson", tmp_path / "in.json"
    lines.write_text(ndjson(RECORD))
    array.write_text(json.dumps({"records": [RECORD]}))

    first: dict[str, Any] = json.loads(run("tokenize", lines, "--output=-").stdout)
    second: dict[str, Any] = json.loads(run("tokenize", array, "--output=-").stdout)

    assert list(first) == ["record", "tokens", "revision", "created", "expires_at"]
    assert second == {"results": [first | {"created": False}]}
    assert sorted(first["tokens"]) == sorted(POINTERS)


def test_fields_hold_tokens_if_asked(settings: Settings, table: Path) -> None:
    text = run("tokenize", table, "--output=-", "--replace=token").stdout

    assert column(text, "寄件人") == column(text, "token:/sender/name")
    assert column(text, "备注") == ["放门卫"]


def test_a_failed_record_fails_alone_and_shows_nothing(settings: Settings, table: Path) -> None:
    table.write_text(TABLE + row("x", at1="李四") + row("SF1234567892"))

    result = run("tokenize", table, "--output=-")

    assert result.exit_code == 1
    assert column(result.stdout, "error") == ["", "invalid-waybill-no /waybill_no", ""]
    assert set(rows(result.stdout)[2][:-1]) == {"*", ""}
    assert "line 3, column 1, record 2: invalid-waybill-no /waybill_no" in result.stderr
    assert "李四" not in result.stderr


def test_other_values_are_a_conflict_or_if_asked_a_revision(settings: Settings, table: Path) -> None:
    run("tokenize", table)
    table.write_text(line(*HEADERS) + row(at1="李四"))

    rejected = run("tokenize", table, "--output=-")
    revised = run("tokenize", table, "--output=-", "--on-conflict=revise")

    assert (rejected.exit_code, column(rejected.stdout, "error")) == (1, ["conflict"])
    assert (revised.exit_code, column(revised.stdout, "revision")) == (0, ["1"])


def test_custody_starts_at_the_site_that_is_given(settings: Settings, table: Path) -> None:
    elsewhere = table.with_name("elsewhere.csv")
    elsewhere.write_text(line(*HEADERS) + row("SF1234567891"))

    run("tokenize", table, "--custody-site=021001")
    run("tokenize", elsewhere, "--custody-site=021002")

    assert "record" in viewed(settings, "SF1234567890", "courier", "courier")
    assert "error" in viewed(settings, "SF1234567891", "courier", "courier")


def test_a_further_phone_is_masked_and_tokenized(settings: Settings, table: Path) -> None:
    table.write_text("运单号,收件人,收件人手机,备用电话\nSF1234567890,张三,13812345678,13912345679\n")

    text = run("tokenize", table, "--output=-").stdout

    assert rows(text)[1][:4] == ["SF1234567890", "张*", "*******5678", "*******5679"]
    tokens = [column(text, f"token:/{place}")[0] for place in ("recipient/phone", "columns/备用电话")]
    assert [opened(settings, token) for token in tokens] == ["13812345678", "13912345679"]
    assert viewed(settings, "SF1234567890")["record"]["columns"] == {"备用电话": "*******5679"}


def test_an_empty_mobile_never_displaces_a_full_landline(settings: Settings, table: Path) -> None:
    table.write_text("运单号,收件人手机,收件人电话\nSF1234567890,,021-59791234\n")

    text = run("tokenize", table, "--output=-").stdout

    assert opened(settings, column(text, "token:/recipient/phone")[0]) == "021-59791234"
    assert column(text, "token:/columns/收件人电话") == [""]


def test_a_table_without_waybill_numbers_is_refused(settings: Settings, table: Path) -> None:
    table.write_text("收件人\n张三\n")

    result = run("tokenize", table)

    assert result.exit_code == 2
    assert "no header is known as the waybill number" in result.stderr


def test_several_waybills_in_a_record_are_refused(settings: Settings, table: Path) -> None:
    result = run("tokenize", table, "--schema=yunda")

    assert result.exit_code == 2
    assert "can be masked, not tokenized" in result.stderr


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("wbk_" + "A" * 43, "the API key is not valid"),
        ("secret-that-is-no-key", "the API key is not valid"),
        ("courier", "may not do this (forbidden)"),
    ],
)
def test_a_client_that_may_not_tokenize_is_refused(
    settings: Settings, table: Path, monkeypatch: pytest.MonkeyPatch, key: str, said: str
) -> None:
    monkeypatch.setenv("MASKING_API_KEY", credentials(settings).get(key, key))

    result = run("tokenize", table)

    assert result.exit_code == 2
    assert said in result.stderr
    assert key == "courier" or key not in result.stderr
    assert list(table.parent.iterdir()) == [table]


def test_a_key_file_goes_before_the_environment(
    settings: Settings, table: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MASKING_API_KEY", "no-key")
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_text(credentials(settings)["other-tenant-printer"] + "\n")

    assert run("tokenize", table, "--key-file", key).exit_code == 0
    assert viewed(settings, "SF1234567890")["error"] == {"code": "not-found"}


def test_a_key_that_is_revoked_meanwhile_stops_the_file(
    settings: Settings, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.write_text(line(*HEADERS) + "".join(row(f"SF{10**9 + at}") for at in range(4)))
    monkeypatch.setattr("masking_files.work.REFRESH_SECONDS", 0.0)
    calls = 0
    tokenized = Tokenizing._tokenized

    def revoking(work: Tokenizing, records: list[Any]) -> list[Result]:
        nonlocal calls
        calls += 1
        if calls == 4:
            assert run("clients", "revoke", "label-printer").exit_code == 0
        return tokenized(work, records)

    monkeypatch.setattr(Tokenizing, "_tokenized", revoking)

    result = run("tokenize", table, "--batch=1")

    assert result.exit_code == 2
    assert "the API key is not valid, after 2 records" in result.stderr
    assert list(table.parent.iterdir()) == [table]


def test_a_store_that_does_not_answer_does_nothing(settings: Settings, table: Path, tmp_path: Path) -> None:
    result = run("tokenize", table, env={"MASKING_REDIS_URL": f"unix://{tmp_path}/missing.sock"})

    assert result.exit_code == 2
    assert "the store does not answer" in result.stderr
    assert list(table.parent.iterdir()) == [table]


def test_a_store_that_dies_in_the_middle_stops_cleanly_and_can_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node(tmp_path / "nodes", durable()).start()
    environment = {"MASKING_STATE_DIR": str(tmp_path / "state"), "MASKING_REDIS_URL": node.url}
    table = tmp_path / "orders.csv"
    table.write_text(line(*HEADERS) + "".join(row(f"SF{10**9 + at}") for at in range(40)))
    calls = 0
    tokenized = Tokenizing._tokenized
    stored: list[Result] = []

    def dying(work: Tokenizing, records: list[Any]) -> list[Result]:
        nonlocal calls
        calls += 1
        if calls == 4:
            node.kill()
        results = tokenized(work, records)
        stored.extend(results)
        return results

    monkeypatch.setattr(Tokenizing, "_tokenized", dying)
    try:
        with Development(environment):
            stopped = run("tokenize", table, "--batch=10", env=environment)
            assert not list(tmp_path.glob("*.tokenized.csv")) + list(tmp_path.glob(".*"))
            node.start()
            again = run("tokenize", table, "--batch=10", "--output=-", env=environment)
    finally:
        node.kill()

    assert stopped.exit_code == 2
    assert "after 20 records. No output was written." in stopped.stderr
    assert "the same command gives the same tokens" in stopped.stderr
    assert not [value for value in VALUES if value in stopped.stderr]
    assert again.exit_code == 0, again.stderr
    assert column(again.stdout, "created") == ["false"] * 20 + ["true"] * 20
    assert column(again.stdout, "token:/sender/phone")[:20] == [one["tokens"]["/sender/phone"] for one in stored[:20]]


def test_a_batch_of_any_size_gives_the_same(settings: Settings, table: Path) -> None:
    table.write_text(line(*HEADERS) + "".join(row(f"SF{10**9 + at}") for at in range(25)))

    one = run("tokenize", table, "--output=-", "--batch=1").stdout
    all_at_once = run("tokenize", table, "--output=-").stdout

    assert tokens_of(one) == tokens_of(all_at_once)
    assert len(column(one, "revision")) == 25
