"""Chooses the language in which the commands speak: English or Chinese."""

import os

from masking_service.texts import Language, Text


def language() -> Language:
    """Return the language of the terminal: Chinese if the locale says so, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"


def say(text: Text, **values: object) -> str:
    """A text in the language of the terminal, with these values in it."""
    return text.filled(**values).in_language(language())
