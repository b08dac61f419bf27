"""The client examples against the running service: what a label system needs of each, whatever happens."""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import Authority
from tests.e2e.processes import Running, wait_for
from tests.examples.clients import LANGUAGES, PRINTED, SOME_FAILED, SOME_UNSTORED, STOPPED, Client, ended
from tests.examples.standin import CUT, SILENT, STUCK, Says, standing_in
from tests.servers import halt
from tests.web.api import MASKED, TOKENIZED, VALUES, record
from tests.web.people import PRINTER

Records = Callable[[int], list[Any]]
BUSY = Says(503, {"Retry-After": "1"}, b'{"code":"overloaded"}')
SPENT = Says(429, {"Retry-After": "1"}, b'{"code":"quota-exceeded"}')
AN_HOUR = Says(429, {"Retry-After": "3600"}, b'{"code":"quota-exceeded"}')
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@contextmanager
def store_stopped(service: Running) -> Iterator[None]:
    """The embedded store answers nothing."""
    pid = service.valkey_pid()
    halt(pid)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
        wait_for(lambda: service.status(None, "GET", "/readyz") == 200, "the store answers again", 20)


def numbers(results: list[Any]) -> list[str]:
    return [result["record"]["waybill_no"] for result in results]


def tells_nothing(log: str) -> bool:
    """Whether a log holds none of the values that the records of these tests hold."""
    secrets = [value for side in ("sender", "recipient") for value in VALUES[side].values()]
    return not any(secret in log for secret in secrets)


def test_a_large_file_is_sent_in_batches_and_comes_back_in_order(
    client: Client, url: str, key: str, fresh: Records
) -> None:
    records = fresh(1003)

    said = client.run(url, key, records)

    assert (said.status, said.log) == (PRINTED, "")
    assert numbers(said.results) == numbers([{"record": one} for one in records])
    assert {tuple(sorted(tokens)) for tokens in said.tokens} == {tuple(sorted(TOKENIZED))}


def test_what_is_printed_is_masked_and_its_text_is_whole(client: Client, url: str, key: str, fresh: Records) -> None:
    [sent] = fresh(1)
    sent |= {"note": '放门卫 🚚 "\\\t', "order": 1234567890123456789, "empty": [{}, [], None, True]}

    [result] = client.run(url, key, [sent]).results

    assert result["record"] == sent | MASKED


def test_escapes_are_read(client: Client, url: str, key: str, fresh: Records) -> None:
    [sent] = fresh(1)
    sent["note"] = "\\ud800 🚚"

    [result] = client.run(url, key, [json.dumps(sent).encode()]).results

    assert result["record"] == sent | MASKED


def test_the_same_file_gets_the_same_tokens_again(client: Client, url: str, key: str, fresh: Records) -> None:
    records = fresh(3)

    first, second = (client.run(url, key, records) for _ in range(2))

    assert second.tokens == first.tokens
    assert [result["created"] for result in second.results] == [False] * 3


def test_a_bad_record_fails_alone_and_its_place_is_named(client: Client, url: str, key: str, fresh: Records) -> None:
    records = fresh(3)
    records[1]["recipient"]["phone"] = ["13900001111"]

    said = client.run(url, key, records)

    assert said.status == SOME_FAILED
    assert ["error" in result for result in said.results] == [False, True, False]
    assert "record 2: /recipient/phone invalid-type" in said.log
    assert "13900001111" not in said.log
    assert tells_nothing(said.log)


def test_lines_that_are_no_json_fail_alone(client: Client, url: str, key: str, fresh: Records) -> None:
    bad = [
        b'{"waybill_no": "',
        b"",
        b'{"sender": {"name": "\xff"}}',
        b"{} {}",
        b'{}],"profile":"hidden","records":[{}',
        b'{"a": NaN}',
        b'"\\ud800"',
        b"01",
        b"[" * 100_000,
    ]
    before, after = fresh(2)

    said = client.run(url, key, [before, *bad, after])

    assert said.status == SOME_FAILED
    assert ["error" in result for result in said.results] == [False, *(True for _ in bad), False]
    for number in range(2, 2 + len(bad)):
        assert f"record {number}: not sent: no JSON" in said.log
        assert f"record {number}: (record) invalid-type" in said.log


def test_what_the_service_would_call_too_large_is_sent_in_several_batches(
    client: Client, url: str, key: str, fresh: Records
) -> None:
    records = fresh(6)
    for one in records:
        one["note"] = "门" * 200_000  # 600 kB; six of them are above the service's limit

    said = client.run(url, key, records)

    assert said.status == PRINTED
    assert numbers(said.results) == numbers([{"record": one} for one in records])


def test_a_record_that_fits_no_batch_fails_alone(client: Client, url: str, key: str, fresh: Records) -> None:
    records = fresh(3)
    records[1]["note"] = "门" * 400_000

    said = client.run(url, key, records)

    assert said.status == SOME_FAILED
    assert ["error" in result for result in said.results] == [False, True, False]
    assert "record 2: not sent: more than 1000000 bytes" in said.log


def test_records_that_were_too_much_together_are_sent_again_in_smaller_batches(
    client: Client, service: Running, key: str, fresh: Records
) -> None:
    """But by curl, which prints the answer to each batch as it came."""
    records = fresh(5)
    too_large = {"error": {"code": "too-large", "errors": [{"pointer": "/remark", "code": "too-large"}]}}
    nothing_fits = Says(200, {}, json.dumps({"results": [too_large] * 5, "failed": 5}).encode())

    with standing_in(service.port, nothing_fits) as busy:
        said = client.run(busy.url, key, records)

    batches = [len(json.loads(one.body)["records"]) for one in busy.asked]
    if client.language == "curl":
        assert (said.status, batches) == (SOME_FAILED, [5])
    else:
        assert (said.status, said.log, batches) == (PRINTED, "", [5, 2, 3])
        assert numbers(said.results) == numbers([{"record": one} for one in records])


def test_a_record_that_is_too_large_by_itself_fails_alone(client: Client, url: str, key: str, fresh: Records) -> None:
    records = fresh(3)
    records[1]["more"] = {f"member{at}": at for at in range(10_001)}

    said = client.run(url, key, records)

    assert said.status == SOME_FAILED
    assert ["error" in result for result in said.results] == [False, True, False]
    assert "record 2:" in said.log


def test_labels_are_printed_without_tokens_while_the_store_is_down(
    client: Client, service: Running, url: str, key: str, fresh: Records
) -> None:
    records = fresh(2)

    with store_stopped(service):
        said = client.run(url, key, records, MASKING_PATIENCE="2")

    assert said.status == SOME_UNSTORED
    assert [result["stored"] for result in said.results] == [False] * 2
    assert said.results[0]["record"] == records[0] | MASKED
    assert "/v1/tokenize" in said.log
    assert "503 unavailable" in said.log
    assert tells_nothing(said.log)
    later = client.run(url, key, records)
    assert later.status == PRINTED
    assert {tuple(sorted(tokens)) for tokens in later.tokens} == {tuple(sorted(TOKENIZED))}


def test_refusals_are_waited_out_and_the_same_records_are_sent_again(
    client: Client, service: Running, key: str, fresh: Records
) -> None:
    with standing_in(service.port, BUSY, SPENT) as stand_in:
        said = client.run(stand_in.url, key, fresh(2))

    assert said.status == PRINTED
    assert stand_in.paths == ["/v1/tokenize"] * 3
    assert len({asked.body for asked in stand_in.asked}) == 1
    assert [result["created"] for result in said.results] == [True] * 2
    before, *rest = (asked.at for asked in stand_in.asked)
    for at in rest:
        assert at - before >= 1.0  # as Retry-After has it
        before = at
    assert "503 overloaded" in said.log
    assert "429 quota-exceeded" in said.log


def test_whoever_asks_for_an_hour_is_not_waited_for(client: Client, service: Running, key: str, fresh: Records) -> None:
    with standing_in(service.port, AN_HOUR) as stand_in:
        said = client.run(stand_in.url, key, fresh(2))

    assert stand_in.paths == ["/v1/tokenize", "/v1/mask"]
    assert said.status == SOME_UNSTORED


def test_after_one_batch_waited_in_vain_the_next_does_not(
    client: Client, service: Running, key: str, fresh: Records
) -> None:
    with standing_in(service.port, AN_HOUR) as stand_in:
        said = client.run(stand_in.url, key, fresh(1001))

    assert stand_in.paths == ["/v1/tokenize", "/v1/mask", "/v1/mask"]
    assert {result["stored"] for result in said.results} == {False}


def test_an_answer_that_is_cut_off_is_asked_for_again_and_the_tokens_are_those_already_made(
    client: Client, service: Running, key: str, fresh: Records
) -> None:
    with standing_in(service.port, CUT) as stand_in:
        said = client.run(stand_in.url, key, fresh(2))

    assert said.status == PRINTED
    assert stand_in.paths == ["/v1/tokenize"] * 2
    assert [result["created"] for result in said.results] == [False] * 2


@pytest.mark.parametrize("answer", [SILENT, STUCK])
def test_an_answer_that_never_comes_is_not_waited_for_longer_than_the_patience_lasts(
    client: Client, service: Running, key: str, fresh: Records, answer: str
) -> None:
    with standing_in(service.port, answer) as stand_in:
        said = client.run(stand_in.url, key, fresh(2), MASKING_PATIENCE="1")

    assert stand_in.paths == ["/v1/tokenize", "/v1/mask"]
    assert said.status == SOME_UNSTORED


def test_an_answer_of_somebody_else_is_none(client: Client, service: Running, key: str, fresh: Records) -> None:
    answers = [Says(200, {}, body) for body in (b"<html>a gateway</html>", b'{"results":[]}', b"[]")]

    with standing_in(service.port, *answers) as stand_in:
        said = client.run(stand_in.url, key, fresh(1))

    assert stand_in.paths == ["/v1/tokenize"] * 4
    assert said.status == PRINTED


@pytest.mark.parametrize("status", [302, 308])
def test_a_redirect_is_not_followed(client: Client, service: Running, key: str, fresh: Records, status: int) -> None:
    with standing_in() as elsewhere:
        moved = Says(status, {"Location": f"{elsewhere.url}/v1/tokenize"})
        with standing_in(service.port, moved) as stand_in:
            said = client.run(stand_in.url, key, fresh(1))

    assert (said.status, said.output) == (STOPPED, "")
    assert stand_in.paths == ["/v1/tokenize"]
    assert elsewhere.asked == []


def test_a_wrong_key_is_tried_once_and_is_in_no_log(client: Client, service: Running, fresh: Records) -> None:
    wrong = "wbk_" + "x" * 40

    with standing_in(service.port) as stand_in:
        said = client.run(stand_in.url, wrong, fresh(1))

    assert (said.status, said.output) == (STOPPED, "")
    assert stand_in.paths == ["/v1/tokenize"]
    assert "401 unauthenticated" in said.log
    assert wrong not in said.log


@pytest.mark.parametrize("key", ["two words", "", "schlüssel"])
def test_what_cannot_be_a_key_is_not_sent_and_not_shown(client: Client, key: str, fresh: Records) -> None:
    with standing_in() as stand_in:
        said = client.run(stand_in.url, key, fresh(1))

    assert said.status == STOPPED
    assert stand_in.asked == []
    assert not key or key not in said.log


def test_the_key_is_on_no_command_line_and_in_no_output(
    client: Client, service: Running, key: str, fresh: Records
) -> None:
    seen: list[bytes] = []

    def look() -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(process.read_bytes())
            except OSError:
                continue

    with standing_in(service.port, BUSY) as stand_in:
        stand_in.meanwhile = look
        said = client.run(stand_in.url, key, fresh(1))

    assert any(b"records.ndjson" in line for line in seen)
    assert not any(key.encode() in line for line in seen)
    assert key not in said.output + said.log


def test_the_key_may_come_from_the_environment(client: Client, url: str, key: str, fresh: Records) -> None:
    said = client.run(url, "", fresh(1), MASKING_API_KEY=key, MASKING_API_KEY_FILE="")

    assert said.status == PRINTED


def test_each_attempt_has_an_id_that_the_log_names(client: Client, service: Running, key: str, fresh: Records) -> None:
    with standing_in(service.port, BUSY) as stand_in:
        said = client.run(stand_in.url, key, fresh(1))

    first, second = (asked.headers["X-Request-Id"] for asked in stand_in.asked)
    assert REQUEST_ID.fullmatch(first)
    assert first != second
    assert first in said.log
    assert second in service.log


def test_a_key_is_not_sent_in_the_clear_to_another_machine(client: Client, key: str, fresh: Records) -> None:
    said = client.run("http://masking.example", key, fresh(1))

    assert (said.status, said.output) == (STOPPED, "")
    assert "neither https:// nor this machine's" in said.log


def test_a_certificate_that_nobody_vouches_for_ends_it(
    client: Client, key: str, fresh: Records, tmp_path: Path
) -> None:
    with standing_in(certificate=Authority(tmp_path).vouch_for("service")) as stand_in:
        said = client.run(stand_in.url, key, fresh(1))

    assert said.status == STOPPED
    assert stand_in.asked == []
    assert "certificate is not trusted" in said.log


def test_a_service_that_is_gone_gives_no_labels_and_says_so(client: Client, key: str, fresh: Records) -> None:
    with standing_in() as gone:
        url = gone.url

    said = client.run(url, key, fresh(1), MASKING_PATIENCE="1")

    assert (said.status, said.output) == (STOPPED, "")
    assert "/v1/tokenize" in said.log
    assert "/v1/mask" in said.log


@pytest.mark.needs(*(program for programs in LANGUAGES.values() for program in programs))
@pytest.mark.parametrize("language", ["all of them"])  # together, because the service starts once
def test_a_service_that_comes_back_gives_the_tokens_that_it_gave_before(
    language: str, commands: Callable[[str], list[str]], tmp_path: Path
) -> None:
    records = [record(f"BACK-{at:07d}") for at in range(3)]
    first = Running.serve(tmp_path, "--dev", "--workers", "1")
    url, key = f"http://127.0.0.1:{first.port}", first.credentials[PRINTER]
    before = json.loads(first.call(key, "POST", "/v1/tokenize", {"records": records})[2])["results"]
    first.stop()

    started = []
    for name in LANGUAGES:
        (tmp_path / name).mkdir()
        started.append(Client(name, commands(name), tmp_path / name).start(url, key, records, MASKING_PATIENCE="60"))
    again = Running.serve(tmp_path, "--dev", "--workers", "1", "--port", str(first.port))
    said = [ended(process) for process in started]
    again.stop()

    assert [one.status for one in said] == [PRINTED] * 3
    for one in said:
        assert one.tokens == [result["tokens"] for result in before]
        assert [result["created"] for result in one.results] == [False] * 3
