"""Returns the number of a phone field that can be dialled in China."""

import re
from typing import Final

from masking_service.masking.reading import Reading

MAX_LENGTH: Final = 256
_BETWEEN: Final = re.compile(r"[/、,，;；|]")
_NUMBER: Final = re.compile(
    r"(?:\(?(?:\+|00)? ?\(?86\)?[ -]?)?"
    r"(?:(?P<mobile>1[3-9](?:[ -]?[0-9]){9})"
    r"|\(?(?P<area>0(?:10|2[0-9]))\)?[ -]?(?P<eight>[1-9][0-9]{3}[ -]?[0-9]{4})(?:-[0-9]{1,6})?"
    r"|\(?(?P<far>0[3-9][0-9]{2})\)?[ -]?(?P<local>[1-9][0-9]{2,3}[ -]?[0-9]{4})(?:-[0-9]{1,6})?)"
).fullmatch


def dialable(value: object) -> str | None:
    """Return the digits to dial, or None where no number in the field can be dialled.

    A mobile number, or a landline with its area code; a landline's extension is left out. Of several numbers the first
    one that can be dialled counts. Numbers abroad, service numbers and mobiles with an extension, as platforms give
    them, cannot.
    """
    text = str(value)
    if len(text) > MAX_LENGTH:
        return None
    for part in _BETWEEN.split(text):
        match = _NUMBER(Reading(part).text.strip())
        if match:
            found = match.groupdict("")
            return re.sub(r"[^0-9]", "", "".join(found.values()))
    return None
