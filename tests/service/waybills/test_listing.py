"""What a batch answers for a faulty record."""

from msgspec import UNSET

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.walk import Masked
from masking_service.service.waybills.mask import MAX_LISTED, Listing


def test_the_code_of_a_faulty_record_is_that_of_its_first_fault() -> None:
    answered = Listing().invalid(InvalidRecord((("/waybill_no", "missing"), ("/recipient/phone", "invalid-value"))))

    assert answered.error.code == "missing"
    assert [(fault.pointer, fault.code) for fault in answered.error.errors] == [
        ("/waybill_no", "missing"),
        ("/recipient/phone", "invalid-value"),
    ]


def test_an_answer_lists_at_most_a_million_characters_and_the_first_of_each_further_record() -> None:
    listing, many = Listing(), [(f"/{at:0199}", "found-in-text") for at in range(100)]
    answered = [listing.warnings_of(Masked((), (), many)) for _ in range(1_000)]
    listed = [[(one.pointer, one.code) for one in warnings] for warnings in answered if warnings is not UNSET]
    characters = sum(len(pointer) for warnings in listed for pointer, _ in warnings)

    assert listed[0] == many
    assert listed[-1] == [many[0], ("", "not-listed")]
    assert characters < MAX_LISTED + 1_000 * 200


def test_then_two_faults_are_the_first_and_a_note_and_one_is_itself() -> None:
    listing, (one, two) = Listing(), [(f"/{at:0199}", "invalid-type") for at in range(2)]
    for _ in range(10_000):
        listing.warnings_of(Masked((), (), [one]))

    last = [listing.invalid(InvalidRecord(faults)) for faults in ((one, two), (one,))]

    assert [[(fault.pointer, fault.code) for fault in each.error.errors] for each in last] == [
        [one, ("", "not-listed")],
        [one],
    ]


def test_so_it_does_with_errors() -> None:
    listing, many = Listing(), tuple((f"/{at:0199}", "invalid-type") for at in range(100))
    last = [listing.invalid(InvalidRecord(many)) for _ in range(1_000)][-1]

    assert [fault.code for fault in last.error.errors] == ["invalid-type", "not-listed"]
