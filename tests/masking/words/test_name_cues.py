"""The lists of words beside names."""

from collections import Counter

from masking_service.masking.words.name_cues import sections


def test_no_section_has_a_word_twice() -> None:
    twice = {
        name: [word for word, count in Counter(words).items() if count > 1]
        for name, words in sections("name_cues.txt").items()
    }

    assert {name: words for name, words in twice.items() if words} == {}
