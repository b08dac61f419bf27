"""Finds the word that a misspelt word was meant to be.

One slip is forgiven: a letter left out, added, changed, or swapped with the next one. A changed Han character is
another word.
"""

from collections.abc import Iterable, Iterator


class Slips:
    """The words that may be misspelt. In words of `shortest_wrong` letters and more, a changed letter is forgiven.

    If a word is a slip away from several, the first of them is meant, in every process.
    """

    def __init__(self, words: Iterable[str], shortest_wrong: int = 0) -> None:
        self._words = dict.fromkeys(words)
        self._longest = max(map(len, self._words), default=0) + 1
        self._shorter = {short: word for word in reversed(self._words) for short in _without_one(word)}
        self._wrong = {
            (at, short): word
            for word in reversed(self._words)
            if word.isascii() and len(word) >= shortest_wrong
            for at, short in enumerate(_without_one(word))
        }

    def meant(self, word: str) -> str | None:
        """Return the word itself or the known word that is one slip away; None if there is none."""
        if len(word) > self._longest:
            return None
        if word in self._words:
            return word
        if word in self._shorter:
            return self._shorter[word]
        for at, left in enumerate(_without_one(word)):
            if left in self._words:
                return left
            swapped = f"{word[:at]}{word[at + 1 : at + 2]}{word[at]}{word[at + 2 :]}"
            if swapped in self._words:
                return swapped
            if (at, left) in self._wrong:
                return self._wrong[at, left]
        return None


def _without_one(word: str) -> Iterator[str]:
    """The word without each of its letters in turn."""
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
