"""`from masking_service import mask`: records are masked in a process of one's own."""

import sys

import pytest

from masking_service import Masked, mask
from tests import programs

RECORD = {
    "waybill_no": "SF1234567890",
    "recipient": {"name": "欧阳娜娜", "phone": "13812345678"},
    "mobile": "13987654321",
}


def test_records_are_masked_and_those_given_stay_as_they_are() -> None:
    assert mask([RECORD]) == [
        Masked(
            {
                "waybill_no": "SF1234567890",
                "recipient": {"name": "欧阳**", "phone": "*******5678"},
                "mobile": "*******4321",
            },
            warnings=(("/mobile", "unmapped-masked"),),
        )
    ]
    assert RECORD["mobile"] == "13987654321"


def test_a_record_that_cannot_be_masked_fails_alone() -> None:
    results = mask([{"x": 1}, {"recMobile": "13812345678"}], schema="standard")
    fitting = mask([{"recManMobile": "13812345678"}], schema="kuaidi100", profile="hidden")

    assert [(one.record, one.errors) for one in results] == [(None, (("", "nothing-mapped"),))] * 2
    assert fitting[0].record == {"recManMobile": "***********"}


@pytest.mark.parametrize("unknown", [{"schema": "unknown"}, {"profile": "unknown"}])
def test_an_unknown_schema_or_profile_is_refused(unknown: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="there is no such"):
        mask([RECORD], **unknown)


def test_importing_the_package_loads_none_of_it() -> None:
    script = "import sys, masking_service; print(sorted(name for name in sys.modules if name.startswith('masking_')))"

    assert programs.output(sys.executable, "-c", script).strip() == "['masking_service']"
