"""What a batch answers for a faulty record."""

from masking_service.masking.errors import InvalidRecord
from masking_service.service.waybills.results import Faults


def test_the_code_of_a_faulty_record_is_that_of_its_first_fault() -> None:
    answered = Faults().answer(InvalidRecord((("/waybill_no", "missing"), ("/recipient/phone", "invalid-value"))), None)

    assert answered.error.code == "missing"
    assert [(fault.pointer, fault.code) for fault in answered.error.errors] == [
        ("/waybill_no", "missing"),
        ("/recipient/phone", "invalid-value"),
    ]
