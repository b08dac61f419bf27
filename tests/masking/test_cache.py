"""What was found for a value is cached, and the value itself is not."""

from collections.abc import Sequence

from masking_service.masking import cache
from masking_service.masking.cache import DigestCache
from masking_service.masking.kinds.address import AddressMask


class Asked(list[str]):
    """The values that had to be found."""

    def find(self, values: Sequence[str]) -> list[str | None]:
        self += values
        return [None if value == "unknown" else value.upper() for value in values]


def test_what_was_found_is_not_asked_for_again() -> None:
    cached, asked = DigestCache[str](8), Asked()

    assert cached.each(["a", "b", "a"], asked.find) == ["A", "B", "A"]
    assert cached.each(["b", "c"], asked.find) == ["B", "C"]
    assert cached.get("c") == "C"
    assert asked == ["a", "b", "c"]


def test_a_value_for_which_nothing_is_found_is_asked_for_each_time() -> None:
    cached, asked = DigestCache[str](8), Asked()

    assert [cached.each(["unknown"], asked.find) for _ in range(2)] == [[None], [None]]
    assert cached.get("unknown") is None
    assert asked == ["unknown", "unknown"]


def test_what_was_not_asked_for_long_is_dropped() -> None:
    cached = DigestCache[str](2)
    for value in ("a", "b", "c"):
        cached.put(value, value.upper())
    assert cached.get("a") == "A"  # now it is one of the last again
    cached.put("d", "D")

    assert [cached.get(value) for value in ("a", "b", "c", "d")] == ["A", None, "C", "D"]


ADDRESS = "新北街7号院平安商厦12楼1203室王芳收"


def test_no_value_stays_in_memory() -> None:
    mask = AddressMask("unit")

    assert mask(ADDRESS) == "新北街7号院平安商厦**楼****室**收"
    assert [(len(key), shown) for key, shown in mask._masks._found.items()] == [(cache._DIGEST_SIZE, mask(ADDRESS))]


def test_each_profile_has_its_own_masks() -> None:
    masks = AddressMask("unit", label=True), AddressMask("unit", name=lambda name: name[0] + "某")

    assert [mask(ADDRESS) for mask in masks * 2] == [
        "新北街7号院平安商厦**楼****室**收",
        "新北街7号院平安商厦**楼****室王某收",
    ] * 2
