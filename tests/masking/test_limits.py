"""How long a value may be, and how many of a kind are read: each limit, and one beyond it."""

from collections.abc import Callable
from typing import Any

from masking_service.masking.effort import Effort
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.name import mask_name
from masking_service.masking.kinds.phone import mask_phone
from masking_service.masking.names import names_of_pasted_lines
from masking_service.masking.names.bare_names import bare_name
from masking_service.masking.normal_forms import normal_form
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.leaks import rename_members
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.recipients import numbers_of
from masking_service.masking.records.record import Masker
from masking_service.masking.records.walk import Masked
from tests.every import every
from tests.masking.scenarios import masked_party
from tests.masking.standard import LABEL, STANDARD, standard

LINE = "张丰*******5678上海市青浦区华志路5号402室"
MASKER = Masker(STANDARD, LABEL)


def filled(text: str, length: int, by: str = "，好") -> str:
    """A text that is made longer."""
    return (text + by * length)[:length]


def remark(text: str) -> str:
    return Masks(LABEL).text_mask(text)


def is_read_in_columns(record: Callable[[int], dict[str, Any]]) -> bool:
    """Whether columns take so many records that differ by their number."""
    return all(type(one) is Masked for one in MASKER.mask_batch([record(row) for row in range(FEW)], Effort()))


def has_outline(text: str) -> bool:
    mask = Masks(LABEL).text_mask
    mask.mask_column([text])
    return len(mask._outlines._known) > 0


def can_be_renamed(count: int) -> bool:
    """Whether so many members of one object may get the same name."""
    members = dict.fromkeys(map(str, range(count)), 1)
    try:
        return len(rename_members(members, dict.fromkeys(members, "*"))) == count
    except InvalidRecord:
        return False


@every(
    ("holds", "limit"),
    [
        (lambda n: mask_name(filled("Lee ", n, "x"), "given").startswith("L"), 256),
        (lambda n: mask_phone("13812345678" + " " * (n - 11), 4).rstrip().endswith("5678"), 256),
        (lambda n: normal_form("phone", filled("+8613812345678", n, " ")) == "13812345678", 256),
        (can_be_renamed, 200),
        (lambda n: mask_address(filled("上海市华志路5号402室", n), "unit").startswith("上海市"), 512),
        (lambda n: mask_address(filled("12 High Street, Flat 4B, ", n, "a"), "unit").startswith("12 High"), 512),
        (lambda n: masked_party(filled("张三 13812345678 ", n, "路")).startswith("张* *******5678"), 512),
        (lambda n: "8号*" in remark(filled("上海市青浦区徐泾镇华志路1685弄8号B", n)), 256),
        (lambda n: bare_name(filled("张三", n, " ")) is not None, 48),
        (lambda n: names_of_pasted_lines.read(filled(LINE, n)) is not None, 120),
        (lambda n: len(numbers_of([f"138123456{at:02}" for at in range(n)])) == n, 8),
        (lambda n: has_outline("找李娟 " + " ".join("1" * n)), 6),
        (lambda n: is_read_in_columns(lambda _: standard(**{f"a{at}": 1 for at in range(n)})), 64),
        (lambda n: is_read_in_columns(lambda row: standard(**{f"a{n}{at}": {f"k{n}x{at}": 1} for at in range(n)})), 32),
        (lambda n: is_read_in_columns(lambda _: standard(more={f"b{n}x{at}": 1 for at in range(n)})), 32),
    ],
)
def test_a_limit_is_the_largest_that_is_read(holds: Callable[[int], bool], limit: int) -> None:
    assert (holds(limit), holds(limit + 1)) == (True, False)
