"""The desk's texts: English in the code, Chinese in `translations/`; the names of codes are the service's."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask
from flask_babel import Babel, LazyString, get_locale, gettext, lazy_gettext, ngettext

from masking_service.texts import Text, language_of_terminal


def _(message: str, **values: Any) -> str:
    """The text in the language of the request."""
    return str(gettext(message, **values))


def several(one: str, many: str, count: int, **values: Any) -> str:
    """The text for one, or for several, in the language of the request."""
    return str(ngettext(one, many, count, **values))


def in_terminal_language() -> AbstractContextManager[Any]:
    """What is said inside is in the language of the terminal: Chinese if the locale says so, else English."""
    app = Flask(__name__)
    Babel(app, locale_selector=language_of_terminal)
    return app.app_context()


def later(message: str) -> Any:
    """Return a text whose language is chosen when it is shown."""
    return lazy_gettext(message)


def of_service(names: Mapping[str, Text], without: Collection[str] = ()) -> dict[str, Any]:
    """The service's names of codes, as texts whose language is chosen when they are shown."""
    return {code: LazyString(_for_person, text) for code, text in names.items() if code not in without}


def _for_person(text: Text) -> str:
    return text.in_language("zh" if str(get_locale()) == "zh" else "en")
