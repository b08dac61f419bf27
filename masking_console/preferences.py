"""What a person chose on the page "Me", kept in a cookie of its own: the language, and when values hide."""

from dataclasses import dataclass
from typing import Final

from flask import Request, Response

from masking_console import guards

LANGUAGES: Final = {"en": "English", "zh": "简体中文"}
HIDE_SECONDS: Final = (30, 60, 300)
YEAR_SECONDS: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choices.

    Attributes:
        language: of the pages, a key of `LANGUAGES`.
        hide_after: seconds until a value is hidden, one of `HIDE_SECONDS`.
    """

    language: str = "en"
    hide_after: int = HIDE_SECONDS[0]

    @classmethod
    def read(cls, request: Request) -> "Preferences":
        """The choices of a request: of the cookie, else the browser's language."""
        language, _, seconds = request.cookies.get(guards.CHOICES_COOKIE, "").partition(".")
        if language not in LANGUAGES:
            wanted = (value.partition("-")[0].lower() for value, quality in request.accept_languages if quality)
            language = next((value for value in wanted if value in LANGUAGES), "en")
        return cls(language, int(seconds) if seconds in map(str, HIDE_SECONDS) else HIDE_SECONDS[0])

    def write(self, response: Response) -> None:
        """Keep the choices in the browser."""
        response.set_cookie(
            guards.CHOICES_COOKIE,
            f"{self.language}.{self.hide_after}",
            YEAR_SECONDS,
            secure=True,
            httponly=True,
            samesite="Lax",
        )
