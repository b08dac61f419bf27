"""What is said for people: fields by side and kind, in their order, and times as they are near."""

import re
from datetime import UTC, datetime, timedelta

from flask import Flask

from masking_console.formats import (
    OUTCOME_NAMES,
    amount,
    field_order,
    kind_of,
    other_leaves,
    show_label,
    time_left,
    value_at,
)
from masking_service.audit.actions import Outcome
from tests.every import every


@every(
    ("pointer", "kind"),
    [
        ("/recipient/phone", "phone"),
        ("/receiverAddress", "address"),
        ("/receiverName", "name"),
        ("/contactInfoList/0/contact", "name"),
        ("/post_tel", "phone"),
        ("/to_address/email", "email"),
        ("/requestedShipment/shipper/contact/emailAddress", "email"),
        ("/buyer_words", "text"),
        ("/waybill_no", ""),
    ],
)
def test_the_last_word_of_a_fields_name_says_its_kind(pointer: str, kind: str) -> None:
    assert kind_of(pointer) == kind


def test_the_recipients_fields_come_first_and_kinds_that_the_desk_does_not_know_last() -> None:
    fields = [("/sender/phone", "phone"), ("/to_address/voice", "voice"), ("/to_address/email", "email")]

    assert sorted(fields, key=lambda field: field_order(*field)) == [fields[2], fields[1], fields[0]]


def test_the_button_of_a_kind_that_the_desk_does_not_know_is_plain() -> None:
    assert show_label("voice") == "Show"


def test_every_outcome_of_an_entry_has_a_name() -> None:
    assert set(OUTCOME_NAMES) == set(Outcome)


def test_the_time_left_is_told_in_minutes_hours_or_days_and_coloured_as_it_is_near(app: Flask) -> None:
    """Begun minutes, hours and days do not count."""

    def told(minutes: int) -> tuple[str, str]:
        at = datetime.now(UTC) + timedelta(minutes=minutes, seconds=30)
        found = re.fullmatch(
            r'<time datetime="(.+)" title="\d{4}-\d\d-\d\d \d\d:\d\d" class="left (\w+)">(.+)</time>',
            time_left(at.isoformat()),
        )
        assert found is not None
        assert found[1] == at.isoformat()
        return found[3], found[2]

    hour, day = 60, 24 * 60
    minutes = (-1, 0, hour - 1, hour, 2 * hour - 1, 2 * hour, 4 * hour - 1, 4 * hour, 2 * day - 1, 2 * day, 3 * day - 1)
    with app.test_request_context():
        assert [told(each) for each in minutes] == [
            ("ended", "now"),
            ("0 min", "now"),
            ("59 min", "now"),
            ("60 min", "soon"),
            ("119 min", "soon"),
            ("2 h", "soon"),
            ("3 h", "soon"),
            ("4 h", "later"),
            ("47 h", "later"),
            ("2 days", "later"),
            ("2 days", "later"),
        ]


RECORD = {"a/b": [{"~": 1}, None], "~1": {"": 2}, "list": [[3]], "empty": {}, "blank": ""}


@every(
    ("pointer", "value"),
    [
        ("", RECORD),
        ("/a~1b/0/~0", 1),
        ("/a~1b/1", None),
        ("/a~1b/2", None),
        ("/a~1b/x", None),
        ("/~01/", 2),
        ("/list/0/0", 3),
        ("/list/0/0/0", None),
        ("/unknown", None),
    ],
)
def test_a_pointer_names_a_value_or_nothing(pointer: str, value: object) -> None:
    assert value_at(RECORD, pointer) == value


def test_all_leaves_but_the_named_and_the_empty_ones_are_other_ones() -> None:
    assert dict(other_leaves(RECORD, {})) == {"/a~1b/0/~0": 1, "/~01/": 2, "/list/0/0": 3}
    assert dict(other_leaves(RECORD, {"/a~1b/0/~0": "name", "/list/0/0": "phone"})) == {"/~01/": 2}


@every(
    ("counts", "used", "limit", "told"),
    [
        ("fields", 3, 20, "3 / 20 values"),
        ("fields", 1, 1, "1 / 1 value"),
        ("fields", 1, None, "1 value"),
        ("full_views", 0, None, "0 full views"),
        ("full_views", 2, 1, "2 / 1 full view"),
        ("cases", 1, 2, "1 / 2 cases"),
    ],
)
def test_a_use_is_told_with_its_limit_whose_number_decides_the_word(
    app: Flask, counts: str, used: int, limit: int | None, told: str
) -> None:
    with app.test_request_context():
        assert amount(counts, used, limit) == told
