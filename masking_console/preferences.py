"""Keeps a person's choices of the page "Me" in a cookie: language, when values hide, and keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Request, Response

from masking_console import guards
from masking_console.texts import later

LANGUAGES: Final = {"en": "English", "zh": "简体中文"}
HIDE_SECONDS: Final = (30, 60, 300)
YEAR_SECONDS: Final = 365 * 24 * 3600
KEYS: Final[Mapping[str, tuple[str, Any]]] = {
    "search": ("/", later("search")),
    "down": ("j", later("next row")),
    "up": ("k", later("previous row")),
    "open": ("o", later("open the row")),
    "new": ("n", later("new case")),
    "call": ("c", later("call")),
    "show": ("s", later("show")),
    "done": ("d", later("done with the case")),
    "help": ("?", later("show this list")),
}
"""The keys of the desk by name: the character, and what it does. None fires in a field."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choices.

    Attributes:
        language: of the pages, a key of `LANGUAGES`.
        hide_after: seconds until a value is hidden, one of `HIDE_SECONDS`.
        keys_off: names of `KEYS` that do nothing.
    """

    language: str = "en"
    hide_after: int = HIDE_SECONDS[0]
    keys_off: frozenset[str] = frozenset()

    @classmethod
    def read(cls, request: Request) -> "Preferences":
        """The choices of a request: of the cookie, else the browser's language."""
        language, seconds, off, *_ = [*request.cookies.get(guards.CHOICES_COOKIE, "").split("."), "", "", ""]
        if language not in LANGUAGES:
            wanted = (value.partition("-")[0].lower() for value, quality in request.accept_languages if quality)
            language = next((value for value in wanted if value in LANGUAGES), "en")
        return cls(language, hide_seconds(seconds) or HIDE_SECONDS[0], frozenset(off.split("-")) & KEYS.keys())

    def write(self, response: Response) -> None:
        """Keep the choices in the browser."""
        response.set_cookie(
            guards.CHOICES_COOKIE,
            f"{self.language}.{self.hide_after}.{'-'.join(sorted(self.keys_off))}",
            YEAR_SECONDS,
            secure=True,
            httponly=True,
            samesite="Lax",
        )

    @property
    def keys(self) -> dict[str, str]:
        """The keys that are on: what each does, by its character."""
        return {character: name for name, (character, _) in KEYS.items() if name not in self.keys_off}


def hide_seconds(text: str) -> int | None:
    """The seconds that a choice says, or None."""
    return int(text) if text in map(str, HIDE_SECONDS) else None
