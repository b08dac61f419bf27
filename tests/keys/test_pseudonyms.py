"""Pseudonyms are the same for ever: partners join their tables by them."""

from keys.pseudonyms import PseudonymKey


def test_pseudonyms_are_these() -> None:
    key = PseudonymKey(bytes(range(32)))

    assert key.of("phone", ["13812345678", ""]) == [
        "paidipobgbngpnikenphhkoljednofpm",
        "kjndofflmcpbmhbjlimamlioffhipolb",
    ]
    assert key.of("name", ["13812345678", "\ud800"]) == [
        "bfaofogbbepldcneplmgofabhmeiihem",
        "mibihnndppcjfphajemkalnjnjlpghee",
    ]
