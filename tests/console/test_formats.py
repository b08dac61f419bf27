"""Fields for people: whose they are, of what kind, and in which order they are shown."""

from masking_console.formats import OUTCOME_NAMES, field_order, kind_of, show_label
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
