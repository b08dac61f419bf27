"""What people are told: English in the code, Chinese in the catalog `translations/`."""

import gettext
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")


def language_of_terminal() -> Language:
    """Return the language of the terminal: Chinese if the locale says so, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One text: in English, and the key of its translation.

    Attributes:
        en: the text, or its pattern: places in braces are filled by `values`.
        values: what fills the places; empty for a text without places, or one that is filled later.
    """

    en: str
    values: tuple[tuple[str, object], ...] = ()

    def filled(self, **values: object) -> "Text":
        """The text with these values too, of which one may be a text itself."""
        return Text(self.en, (*self.values, *values.items()))

    def in_language(self, language: Language) -> str:
        pattern = self.en if language == "en" else _chinese().gettext(self.en)
        if not self.values:
            return pattern
        told = {name: one.in_language(language) if isinstance(one, Text) else one for name, one in self.values}
        return pattern.format(**told)


def say(text: Text, **values: object) -> str:
    """A text in the language of the terminal, with these values in it."""
    return text.filled(**values).in_language(language_of_terminal())


class ProblemText(NamedTuple):
    """What is said of one problem code.

    Attributes:
        status: the HTTP status.
        title: a few words.
        detail: what happened.
        remedy: what the caller can do.
    """

    status: int
    title: Text
    detail: Text
    remedy: Text


class CodeText(NamedTuple):
    """What is said of a code inside an answer: `title`, `detail` and `remedy` as for a problem."""

    title: Text
    detail: Text
    remedy: Text


SEND_AGAIN: Final = Text("Wait for the seconds in Retry-After and send the same request again. Repeating it is safe.")
ASK_OPERATOR: Final = Text("Tell the operator of the service the request id (X-Request-Id).")


@cache
def _chinese() -> gettext.NullTranslations:
    return gettext.translation("messages", Path(__file__).with_name("translations"), ["zh"])
