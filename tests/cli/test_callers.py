"""`callers import`: numbers from a file, sealed, or not one of them."""

import re
from pathlib import Path

import pytest
import redis
from click.testing import Result

from tests.cli.conftest import Command

GOOD = "principal,phone\nclient/c-1,138 1234 5678\nstaff/officer-7,021-59791234\n"


@pytest.fixture
def given(production: Command, tmp_path: Path) -> Command:
    """`given(text)`: imports a file with this content."""

    def run(text: str | bytes, *options: str) -> Result:
        file = tmp_path / "callers.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return production("callers", "import", str(file), *options)

    return run


def dumped(valkey: str) -> bytes:
    with redis.Redis.from_url(valkey) as client:
        return b"".join(key + (client.dump(key) or b"") for key in client.scan_iter())


def on_file(valkey: str) -> int:
    """How many numbers the store holds."""
    with redis.Redis.from_url(valkey) as client:
        return sum(client.hlen(key) for key in client.scan_iter(match="wm:*callers"))


def test_numbers_are_on_file_and_nothing_of_them_can_be_read(given: Command, valkey: str) -> None:
    imported = given(GOOD)

    assert (imported.exit_code, imported.stdout) == (0, "2 on file, 0 removed\n")
    assert on_file(valkey) == 2
    assert [one for one in (b"13812345678", b"02159791234", b"c-1", b"officer-7") if one in dumped(valkey)] == []


def test_an_empty_phone_removes_a_number(given: Command, valkey: str) -> None:
    given(GOOD)

    assert given("principal,phone\nclient/c-1,\n").stdout == "0 on file, 1 removed\n"
    assert on_file(valkey) == 1


def test_the_import_is_in_the_log_before_it_is_done(given: Command, production: Command) -> None:
    given(GOOD)
    exported = production("audit", "export").stdout

    assert '"callers-import"' in exported
    assert "13812345678" not in exported
    assert production("audit", "verify", "--store").exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("phone,principal\n13812345678,client/c-1\n", "the first line has to be: principal,phone"),
        ("", "the first line has to be: principal,phone"),
        (GOOD + "client/c-2,12345\n", "line 4: a phone is a mobile number, or a landline with its area code"),
        (GOOD + "c-2,13812345679\n", "line 4: a principal's id is client/ID or ALIAS/SUB"),
        (GOOD + "client/c-1,13812345679\n", "line 4: a principal twice"),
        (GOOD + "client/c-2\n", "line 4: has to have 2 columns"),
        (b"principal,phone\n\xff\xfe,1\n", "is not CSV in UTF-8"),
        ('principal,phone\nclient/c-1,"13812345678\n', "is not CSV in UTF-8"),
        ('principal,phone\nclient/c-1,"138"12345678\n', "is not CSV in UTF-8"),
    ],
    ids=["columns", "empty", "phone", "principal", "twice", "cut", "encoding", "open quote", "text behind a quote"],
)
def test_a_fault_in_any_line_changes_nothing_and_repeats_nothing(
    given: Command, valkey: str, text: str | bytes, told: str
) -> None:
    refused = given(text)

    assert refused.exit_code == 1
    assert told in refused.output
    assert "12345" not in refused.output
    assert on_file(valkey) == 0


def test_many_faults_are_cut_short(given: Command) -> None:
    refused = given("principal,phone\n" + "x,1\n" * 30)

    assert len(re.findall(r"line \d", refused.output)) == 10
    assert "and 20 more lines" in refused.output


def test_a_file_of_a_spreadsheet_is_read(given: Command, valkey: str) -> None:
    assert given("\ufeff" + GOOD.replace("\n", "\r\n")).exit_code == 0
    assert on_file(valkey) == 2


def test_a_tenants_people_are_its_own(given: Command, valkey: str) -> None:
    given(GOOD)
    given(GOOD, "--tenant", "other")

    assert on_file(valkey) == 4
    assert given(GOOD, "--tenant", "No Such").exit_code == 2
