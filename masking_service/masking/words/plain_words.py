"""Ordinary words in small letters, from which a name is told that no capital tells."""

from functools import cache

from masking_service.masking.words import name_cues as cues


@cache
def plain_words() -> frozenset[str]:
    """Return the words of European languages and of Indonesian, without accents."""
    return frequent_words() | words_of_parcels() | firms() | cues.EVENTS


@cache
def frequent_words() -> frozenset[str]:
    """Return those of most texts, some of which are family names, too."""
    return frozenset(cues.sections("plain_words.txt")["frequent"])


@cache
def words_of_parcels() -> frozenset[str]:
    """Return those of people who send, bring and take parcels."""
    return frozenset(cues.sections("plain_words.txt")["of-parcels"])


@cache
def firms() -> frozenset[str]:
    """Return the names of shops, carriers and makers that are one word."""
    return frozenset(cues.sections("plain_words.txt")["firms"])
