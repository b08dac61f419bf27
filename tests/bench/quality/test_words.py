"""The words of the masks are made from a dictionary: frequent ones with a class and a cost, and no names."""

from bench.quality.words import sections

ROWS = [
    ("要求", 6_000, "v"),
    ("的", 300_000, "uj"),
    ("王小明", 90, "nr"),
    ("王大明", 90, "nr"),
    ("罕见词", 3, "n"),
    ("王牌军", 6, "n"),
    ("石工", 6, "n"),
    ("一个很长的词", 9_000, "i"),
    ("abc", 900, "eng"),
]


def test_words_have_a_class_and_a_cost_and_names_give_their_characters() -> None:
    """A rare word is one that could be read as a name, and calls no one."""
    found = dict(sections(ROWS, "煩\t烦\n乾\t干 乾\n㐷\t𠮷\n"))

    assert found["words"] == ["n22 王牌军", "u0 的", "v8 要求"]
    assert found["given"] == ["1 明", "3 大小"]
    assert found["family"] == ["0 王"]
    assert found["simplified"] == ["乾干煩烦"]
