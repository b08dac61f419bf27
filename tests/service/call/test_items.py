"""The name of an unknown member is repeated only where it holds nothing of a person."""

from masking_service.service.call.items import unknown_members
from tests.every import every


@every(
    ("name", "place"),
    [
        ("note", "/note"),
        ("备注", "/备注"),
        ("a/b~c", "/a~1b~0c"),
        ("x" * 64, "/" + "x" * 64),
        ("x" * 65, ""),
        ("notiz über", ""),
        ("line\nbreak", ""),
        ("Wang Xiaoming", ""),
        ("张三", ""),
        ("to 13812345678", ""),
    ],
)
def test_the_name_of_a_member_is_shown_unless_it_may_be_personal(name: str, place: str) -> None:
    assert unknown_members({name: 1, "known": 2}, {"known"}) == [(place, "unknown-member")]


def test_ten_unknown_members_are_named_and_each_place_once() -> None:
    many = {f"x{at}": 1 for at in range(11)}

    assert unknown_members(many, ()) == [(f"/x{at}", "unknown-member") for at in range(10)]
    assert unknown_members({"张三": 1, "李四": 1}, ()) == [("", "unknown-member")]
