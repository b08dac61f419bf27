"""The desk's texts: English in the code, Chinese in `translations/`."""

from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext


def _(message: str, **values: Any) -> str:
    """The text in the language of the request."""
    return str(gettext(message, **values))


def several(one: str, many: str, count: int, **values: Any) -> str:
    """The text for one, or for several, in the language of the request."""
    return str(ngettext(one, many, count, **values))


def later(message: str) -> Any:
    """A text whose language is chosen when it is shown."""
    return lazy_gettext(message)
