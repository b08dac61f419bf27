"""Objects whose keys are people's names: the keys are masked, and what only has the form of a name stays."""

import copy
from typing import Any

from masking_service.masking.effort import Effort
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.record import Masker
from masking_service.masking.records.walk import FOUND_IN_TEXT, UNMAPPED_MASKED
from tests.every import every
from tests.masking.standard import LABEL, LABEL_RULES, STANDARD, errors_of, masked, standard

CALLED = {"电话": "59791234"}


@every(
    ("members", "shown"),
    [
        ({"recipients": {"褚时健": {"qty": 1}}}, {"recipients": {"褚**": {"qty": 1}}}),
        ({"recipients": {"欧阳娜娜": "13812345678"}}, {"recipients": {"欧阳**": "*******5678"}}),
        ({"recipients": {"欧阳娜娜": 13812345678}}, {"recipients": {"欧阳**": "*******5678"}}),
        ({"recipients": {"褚时健": "华志路1号2单元402室"}}, {"recipients": {"褚**": "华志路1号*单元***室"}}),
        ({"recipients": {"John Smith": {"qty": 1}}}, {"recipients": {"J*** *****": {"qty": 1}}}),
        ({"收件人": {"张三 13812345678": {"qty": 1}}}, {"收件人": {"张* *******5678": {"qty": 1}}}),
        ({"orders": {"褚时健": CALLED}}, {"orders": {"褚**": {"电话": "******34"}}}),
        ({"orders": {"褚时健": [CALLED]}}, {"orders": {"褚**": [{"电话": "******34"}]}}),
        ({"吕梓涵13511112222": 1}, {"吕*********2222": 1}),
        ({"extra": {"13511112222花小美": {"qty": 1}}}, {"extra": {"*******2222花**": {"qty": 1}}}),
        ({"欧阳娜娜": 2, "王小明": [1]}, {"欧阳**": 2, "王**": [1]}),
        ({"褚时健": {"qty": 1}}, {"褚**": {"qty": 1}}),
        ({"吕梓涵": "13511112222"}, {"吕**": "*******2222"}),
        ({"吕梓涵": "１３５１１１１２２２２"}, {"吕**": "*******2222"}),
        ({"吕梓涵": "135****2222"}, {"吕**": "*******2222"}),
        ({"吕梓涵": "13511112222、13811113333"}, {"吕**": "*******2222、*******3333"}),
        ({"addresses": {"幸福路12号3栋1202室": 1}}, {"addresses": {"幸福路12号3栋****室": 1}}),
        ({"addresses": {"12 Oak St Apt 4": {"qty": 1}}}, {"addresses": {"12 Oak St Apt *": {"qty": 1}}}),
        ({"褚时健": CALLED, "note": "褚时健签收"}, {"褚**": {"电话": "******34"}, "note": "褚**签收"}),
    ],
)
def test_a_key_that_is_a_persons_name_is_masked(members: dict[str, Any], shown: dict[str, Any]) -> None:
    record, found = masked(standard(**copy.deepcopy(members)))
    batch = [standard(**copy.deepcopy(members)) for _ in range(FEW)]
    Masker(STANDARD, LABEL).mask_batch(batch, Effort())

    assert record == standard(**shown) | {name: record[name] for name in ("sender", "recipient", "remark")}
    assert batch == [record] * FEW
    assert FOUND_IN_TEXT in [code for _, code in found.warnings]
    assert "褚时健" not in str(found.warnings)


@every(
    "members",
    [
        {"orders": {"毛重": {"value": 3}, "高度": 2}},
        {"客户": {"余额": 3, "成长值": 7}},
        {"goods": {"高铁票": {"qty": 1}}},
        {"陈列架": {"qty": 1}, "温控箱": "三件", "李宁": 2, "包裹数": 2, "梅子": 3},
        {"addresses": {"幸福路12号": 1, "12 Oak St": 2}},
        {"recipients": {"Zip Code": {"qty": 1}, "extra": {"qty": 1}}},
    ],
)
def test_a_key_without_anything_of_a_person_stays(members: dict[str, Any]) -> None:
    record, found = masked(standard(**copy.deepcopy(members)))

    assert {name: record[name] for name in members} == members
    assert found.warnings == []


def test_a_profile_that_shows_names_shows_them_as_keys() -> None:
    rules = {**LABEL_RULES, "label": False, "name": {"hide": "nothing"}}
    record, found = masked(standard(recipients={"褚时健": {"phone": "13812345678"}}), by=Profile.parse("open", rules))

    assert record["recipients"] == {"褚时健": {"phone": "*******5678"}}
    assert found.warnings == [("/recipients/褚时健/phone", UNMAPPED_MASKED)]


def test_keys_that_were_made_to_be_costly_are_paid_for() -> None:
    names = ("".join(chr(97 + at // 26**place % 26) for place in range(4)) for at in range(5_000))

    assert errors_of(standard(extra={"褚时健": dict.fromkeys(names, 1)})) == (("/extra", "too-large"),)
