"""Every word of `document_words.txt` hides the number behind it, in small letters and in capitals."""

import pytest

from masking_service.masking.numbers.identity import documents_in, secrets_in
from masking_service.masking.words.order_words import phrases

WORDS = phrases("document_words.txt")
ENTRANCE = [*WORDS["entrance"], *WORDS["entrance-without-spaces"]]


@pytest.mark.parametrize("word", ENTRANCE)
def test_the_code_of_a_door_is_found(word: str) -> None:
    for text in (f"{word} 4521", f"{word.capitalize()} 4521", f"{word.title()} 4521", f"{word.upper()} 4521"):
        assert (len(text) - 4, len(text)) in [*secrets_in(text)]


@pytest.mark.parametrize("word", [*WORDS["numbers"], *WORDS["acronyms"], *WORDS["without-spaces"]])
def test_the_number_of_a_document_is_found(word: str) -> None:
    text = f"{word} 12345678"
    assert (len(text) - 8, len(text)) in documents_in(text)
