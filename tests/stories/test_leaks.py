"""Each kind of leak has its pack: what it opened, whom it concerns, and who is to be asked first."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from masking_service.runtime.settings import Settings
from masking_service.store.errors import StoreUnavailable
from tests.stories.conftest import Command
from tests.web.api import SITE, Api, content, field, record
from tests.web.people import COURIER, OFFICER, PRIVACY, SUPERVISOR, TRACKING

DAY = 86_400
NUMBERS = [f"SF100000000{at}" for at in range(5)]
RECIPIENTS = ["13900000001", "139 0000 0002", "+86 13900000001", "13900000003", "没有号码"]
"""The first and the third are one person's, and the last has no number."""
SENDER = "13812345678"
THIEF = f"client/{OFFICER}"
Pack = Callable[..., Path]
Tables = dict[str, list[list[str]]]


@pytest.fixture
def busy(fresh: Api) -> Api:
    """A service with five waybills: an officer opened three recipients' phones, and a courier saw one in full."""
    made = [
        record(number, recipient__phone=phone, sender__phone=SENDER)
        for number, phone in zip(NUMBERS, RECIPIENTS, strict=True)
    ]
    fresh.tokenize(*made, custody={"site": SITE})
    fresh.open_case("D-1", *NUMBERS)
    fresh.opened(*(field(number, "/recipient/phone") for number in NUMBERS[:3]))
    fresh.get(COURIER, f"/v1/waybills/{NUMBERS[4]}")
    fresh.post(
        TRACKING, "/v1/custody", {"items": [{"waybill_no": NUMBERS[3], "site": "021002", "courier": "client/c-9"}]}
    )
    return fresh


@pytest.fixture
def pack(busy: Api, command: Command, now: int, tmp_path: Path) -> Pack:
    """Makes the pack about a leak; returns its folder."""
    assert busy
    count = iter(range(9))

    def make(*options: str) -> Path:
        folder = tmp_path / f"pack-{next(count)}"
        period = ("--from", str(now - DAY), "--to", str(now + DAY))
        written = command("audit", "incident", *options, *period, "--output", str(folder))
        assert written.exit_code == 0, written.output
        assert command("audit", "verify", str(folder)).exit_code == 0
        return folder

    return make


def tables(folder: Path) -> Tables:
    """The rows of each table of a pack in English, without their headers."""
    found: Tables = {}
    text = (folder / "incident.en.csv").read_text("utf-8-sig")
    for title, *cells in csv.reader(io.StringIO(text)):
        found.setdefault(title, []).append(cells)
    return {title: rows[1:] for title, rows in found.items()}


def the_list(folder: Path, *lines: str) -> str:
    path = folder / "list.txt"
    path.write_text("\n".join(lines), "utf-8")
    return str(path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
@pytest.mark.parametrize("option", ["--list", "--waybills"])
def test_a_list_in_another_encoding_is_refused_in_words(
    busy: Api, command: Command, now: int, tmp_path: Path, option: str, encoding: str
) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(f"运单号\n{NUMBERS[0]}\n", encoding)
    subject = () if option == "--list" else ("--principal", THIEF)
    period = ("--from", str(now - DAY), "--to", str(now + DAY))

    refused = command("audit", "incident", option, str(listed), *subject, *period, "--output", str(tmp_path / "pack"))

    assert (refused.exit_code, f"{listed} is not UTF-8: save it as UTF-8" in refused.output) == (2, True)
    assert not (tmp_path / "pack").exists()


def test_an_empty_list_and_a_tenant_that_can_be_none_are_refused(
    busy: Api, command: Command, now: int, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("\n")
    (tmp_path / "table.csv").write_text(f"运单号,电话\n{NUMBERS[0]},13900000001\n", "utf-8")
    period = ("--from", str(now - DAY), "--to", str(now + DAY), "--output", str(tmp_path / "pack"))

    for subject, said in (
        (("--list", str(tmp_path / "list.txt")), "list.txt is empty"),
        (("--list", str(tmp_path / "table.csv")), "table.csv is a waybill number or a phone: write one number on"),
        (("--principal", THIEF, "--tenant", "Default"), "a tenant is 1 to 64 of"),
    ):
        refused = command("audit", "incident", *subject, *period)
        assert (refused.exit_code, said in refused.output) == (2, True), (refused.output, refused.exception)
    assert not (tmp_path / "pack").exists()


def test_distinct_persons_are_counted_by_their_phones(pack: Pack) -> None:
    """Three opened phones of recipients are two persons; the sender's was not opened."""
    assert tables(pack("--principal", THIEF))["Persons concerned"] == [["2", "3", "0", "0"]]


def test_a_full_view_concerns_both_sides_and_a_side_without_a_number_is_said(pack: Pack) -> None:
    assert tables(pack("--principal", f"client/{COURIER}"))["Persons concerned"] == [["1", "1", "1", "0"]]


def test_persons_of_erased_waybills_are_said_to_be_missing(busy: Api, pack: Pack) -> None:
    busy.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBERS[1]}")

    assert tables(pack("--principal", THIEF))["Persons concerned"] == [["1", "2", "0", "1"]]


def test_no_file_of_a_pack_has_a_phone_or_a_name(pack: Pack) -> None:
    folder = pack("--principal", THIEF)

    text = "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert [value for value in (SENDER, "1390000000", "张三", "欧阳") if value in text] == []


def test_a_login_could_do_what_the_policy_of_that_time_says_and_still_can(busy: Api, pack: Pack) -> None:
    busy.post(SUPERVISOR, f"/v1/principals/{THIEF.replace('/', '%2F')}/freeze", {"why": "review"})

    found = tables(pack("--principal", THIEF))

    ((_, role, opens, _, may, fields, _),) = found["Could do in the period"]
    assert (role, fields) == ("dispute-officer", "300")  # two days of 150
    assert opens == "dispute (name, phone) + case; redelivery (address, phone, unit) + case"
    assert "token:detokenize" in may
    assert found["Can still do"][0][1] == "dispute-officer"
    assert [row[0] for row in found["State now"]] == ["frozen"]


def test_a_policy_of_that_time_is_marked_where_it_is_not_given_and_read_where_it_is(
    pack: Pack, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = tables(pack("--principal", THIEF))["Could do in the period"]
    text, earlier = settings.policy.read_text("utf-8"), tmp_path / "policies"
    earlier.mkdir()
    for name, retention in (("a.yaml", "160d"), ("b.yaml", "180d"), ("c.yaml", "150d")):
        (earlier / name).write_text(text.replace("default: 180d", f"default: {retention}"), "utf-8")
    (earlier / "notes.txt").write_text("no policy", "utf-8")
    (tmp_path / "now.yaml").write_text(text.replace("default: 180d", "default: 170d"), "utf-8")
    monkeypatch.setenv("MASKING_POLICY", str(tmp_path / "now.yaml"))

    unknown = tables(pack("--principal", THIEF))["Could do in the period"]
    known = tables(pack("--principal", THIEF, "--policies", str(earlier)))["Could do in the period"]

    assert unknown == [[*then[0][:2], *"?????"]]
    assert known == then


def test_a_file_that_is_no_policy_is_refused_by_its_name(busy: Api, command: Command, now: int, tmp_path: Path) -> None:
    earlier = tmp_path / "policies"
    earlier.mkdir()
    (earlier / "a.yaml").write_text("roles: 1", "utf-8")
    asked = ("--principal", THIEF, "--from", str(now - DAY), "--to", str(now + DAY), "--policies", str(earlier))

    refused = command("audit", "incident", *asked, "--output", str(tmp_path / "pack"))

    assert (refused.exit_code, f"{earlier / 'a.yaml'} is no policy" in " ".join(refused.output.split())) == (2, True)
    assert not (tmp_path / "pack").exists()


def test_known_victims_are_listed_with_letters_in_both_languages(pack: Pack, tmp_path: Path) -> None:
    folder = pack("--principal", THIEF, "--waybills", the_list(tmp_path, *NUMBERS))

    assert (folder / "victims.csv").read_text("utf-8-sig").split() == ["waybill_no", *NUMBERS[:3]]
    for letter in ("letter.en.md", "letter.zh.md"):
        text = (folder / letter).read_text("utf-8")
        assert "{waybill_no}" in text
        assert "{kinds}" not in text
    assert "涉及内容：** 电话。" in (folder / "letter.zh.md").read_text("utf-8")


def test_an_issuers_key_concerns_everyone_whom_it_signs_in(busy: Api, pack: Pack) -> None:
    person = busy.mint(OFFICER, sub="o-9")
    busy.opened(field(NUMBERS[3], "/recipient/name"), who=person)

    found = tables(pack("--issuer", "dev"))

    assert [(row[4], row[1]) for row in found["Fields opened"]] != []
    assert found["Persons concerned"] == [["1", "1", "0", "0"]]


def test_what_passed_a_site_and_a_courier_is_listed_with_its_persons(pack: Pack) -> None:
    """The recipients of five parcels are three persons and one without a number; all have one sender."""
    at_site, by_courier = tables(pack("--site", SITE)), tables(pack("--courier", "client/c-9"))
    carried = by_courier["Parcels that passed"]

    assert (len(at_site["Parcels that passed"]), len(carried)) == (5, 1)
    assert at_site["Persons whose parcels passed (possible victims)"] == [["4", "5", "1", "0"]]
    assert by_courier["Persons whose parcels passed (possible victims)"] == [["2", "1", "0", "0"]]
    assert carried[0][3:6] == ["custody-move", "021002", "client/c-9"]


@pytest.mark.parametrize(
    "listed",
    [
        (*NUMBERS[:3], "SF9999999999", "13700000000"),
        ("13900000001", "13900000002", "13911111111"),
    ],
    ids=["numbers", "phones"],
)
def test_who_saw_most_of_a_sold_list_comes_first(pack: Pack, tmp_path: Path, listed: tuple[str, ...]) -> None:
    folder = pack("--list", the_list(tmp_path, *listed))
    found = tables(folder)

    rank, principal, _, seen, *_ = found["Who saw most of the list"][0]
    assert (rank, principal, seen) == ("1", THIEF, "3")
    assert len(found["What the first of them saw of it"]) == 3
    assert found["Persons concerned"] == [["3", "3", "0", "0"]]


def test_lines_that_are_no_number_are_counted_and_full_width_ones_are_read(pack: Pack, tmp_path: Path) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in NUMBERS[0])
    folder = pack("--list", the_list(tmp_path, "运单号,电话", wide, f"{NUMBERS[1]},13900000002", NUMBERS[2]))

    text = (folder / "incident.en.md").read_text("utf-8")
    assert "The list has 4 lines, of which 2 are ours (2 waybills)" in text
    assert "2 of the lines are neither a waybill number nor a phone, and were not searched for" in text
    assert "neither" not in (pack("--list", the_list(tmp_path, NUMBERS[0])) / "incident.en.md").read_text("utf-8")


def test_an_overseer_reads_no_name_of_staff(pack: Pack, tmp_path: Path) -> None:
    listed = tables(pack("--list", the_list(tmp_path, *NUMBERS[:3]), "--overseer"))
    folder = pack("--principal", THIEF, "--overseer")

    assert len(listed["What the first of them saw of it"]) == 3
    text = "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert (THIEF in text, "person 1" in text) == (False, True)
    assert sorted(path.suffix for path in folder.iterdir()) == [".csv", ".csv", ".json", ".md", ".md"]


def test_the_ledger_says_what_was_given_to_whom(busy: Api, command: Command, now: int, tmp_path: Path) -> None:
    assert busy
    period = ("--from", str(now - DAY), "--to", str(now + DAY))
    assert command("audit", "sharing", *period, "--output", str(tmp_path / "ledger")).exit_code == 0

    rows = [*csv.reader((tmp_path / "ledger" / "sharing.en.csv").read_text("utf-8-sig").splitlines())]
    given = [row[2:] for row in rows if row[0] == "Given"][1:]
    assert [THIEF, "dispute-officer", "dispute", "1", "3", "3", "phone"] in given
    assert [f"client/{COURIER}", "courier", "courier", "1", "1", "0", "-"] in given


def test_the_evidence_of_a_list_holds_the_signed_entries_of_the_first_people(pack: Pack, tmp_path: Path) -> None:
    folder = pack("--list", the_list(tmp_path, *NUMBERS[:3]))

    lines = [json.loads(line) for line in (folder / "evidence.ndjson").read_text("utf-8").splitlines()]
    assert [one["principal"] for line in lines for one in line.get("entries", ()) if isinstance(one, dict)] == [THIEF]


def hold(api: Api, number: str) -> None:
    """Let two people set a hold of a waybill."""
    api.post(PRIVACY, "/v1/holds", {"hold": "H-1", "reason": "court", "waybills": [number]})
    assert content(api.post(api.mint(PRIVACY, sub="p-2"), "/v1/holds/H-1/set"))["kept"] == 1


def opened_days(found: Tables) -> list[list[str]]:
    """Day, tenant, records, records that were sealed again since, and state."""
    return [[*row[:2], *row[4:]] for row in found["Days whose records are opened"]]


@pytest.mark.parametrize("option", ["--data-key", "--backup"])
def test_leaked_keys_are_told_by_day_and_tenant(busy: Api, pack: Pack, now: int, tmp_path: Path, option: str) -> None:
    """A record that a hold sealed again is opened in earlier copies of the store, and its persons are counted apart."""
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    hold(busy, NUMBERS[3])

    folder = pack(option, today, "--waybills", the_list(tmp_path, *NUMBERS))
    found = tables(folder)

    assert opened_days(found) == [[today, "default", "4", "1", "opens"]]
    assert found["Persons concerned"] == [["default", "3", "4", "1", "0"]]
    assert found["Persons whose records were sealed again since (possible victims)"] == [
        ["default", "2", "1", "0", "0"]
    ]
    assert (folder / "victims.csv").read_text("utf-8-sig").split() == ["waybill_no", *NUMBERS]


def test_a_data_key_opens_nothing_of_another_day(busy: Api, pack: Pack, now: int) -> None:
    hold(busy, NUMBERS[3])
    yesterday = datetime.fromtimestamp(now - DAY, UTC).date().isoformat()

    found = tables(pack("--data-key", yesterday))

    assert (opened_days(found), found["Persons concerned"]) == ([], [])


def test_the_keyset_opens_every_day_that_is_not_shredded(busy: Api, pack: Pack, now: int, tmp_path: Path) -> None:
    """The victims whose numbers are known are those whose records it opens."""
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    busy.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBERS[0]}")
    hold(busy, NUMBERS[3])
    folder = pack("--keyset", "--waybills", the_list(tmp_path, *NUMBERS, "SF9999999999"))
    found = tables(folder)

    assert opened_days(found) == [[today, "default", "3", "0", "opens"], ["hold", "default", "1", "0", "opens"]]
    assert found["Persons concerned"] == [["default", "4", "4", "1", "0"]]
    assert (folder / "victims.csv").read_text("utf-8-sig").split() == ["waybill_no", *NUMBERS[1:]]
    assert (folder / "letter.zh.md").exists()


def test_records_that_may_not_be_listed_are_told_as_not_counted(
    pack: Pack, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreUnavailable("listing")

    monkeypatch.setattr("masking_audit.cli.incident.StoredPersons.divided", refuse)
    today = datetime.fromtimestamp(now, UTC).date().isoformat()

    found = tables(pack("--keyset"))

    assert (opened_days(found), found["Persons concerned"]) == ([[today, "default", "?", "?", "opens"]], [])


@pytest.mark.parametrize("options", [(), ("--keyset", "--site", "021001")])
def test_exactly_one_thing_leaked(command: Command, now: int, options: tuple[str, ...]) -> None:
    run = partial(command, "audit", "incident", "--from", str(now), "--to", str(now + DAY))

    assert run(*options).exit_code == 2
