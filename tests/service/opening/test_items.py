"""Everything that is wrong with an item of an opening is named, by its place in the item."""

from masking_service.service.opening.items import opening_faults
from tests.every import every


@every(
    ("item", "faults"),
    [
        ("wbt", [("", "invalid-item")]),
        ({}, [("/waybill_no", "missing"), ("/field", "missing")]),
        ({"note": 1}, [("/note", "unknown-member")]),
        ({"note": 1, "field": "/x"}, [("/note", "unknown-member"), ("/waybill_no", "missing")]),
        ({"token": 5}, [("/token", "invalid-value")]),
        ({"token": "", "field": 5}, [("/field", "not-with-token"), ("/field", "invalid-value")]),
        ({"waybill_no": 5, "field": ""}, [("/waybill_no", "invalid-value")]),
    ],
)
def test_everything_that_is_wrong_with_an_item_is_named(item: object, faults: list[tuple[str, str]]) -> None:
    assert opening_faults(item) == faults
