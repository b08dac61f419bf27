"""Cursors of lists of cases: where the reading of a page ended.

Sealed, because the case at that place may be one that the caller may not see.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from keys.errors import IntegrityError
from keys.keyring import TenantKeys
from masking_service.service.cases.state import CasePlace

CURSOR: Final = "~"
"""Begins a cursor, and no case's name."""
_CONTEXT: Final = b"cursor of a list of cases"


def cursor(keys: TenantKeys, place: CasePlace, nonce: bytes) -> str:
    """Return the cursor of a place, sealed with fresh random bytes."""
    sealed = keys.state.seal(b"%d %s" % place, _CONTEXT, nonce)
    return CURSOR + urlsafe_b64encode(sealed).decode().rstrip("=")


def place_of(keys: TenantKeys, text: str) -> CasePlace:
    """Return the place of a cursor. Raises IntegrityError: these keys did not seal it."""
    try:
        sealed = urlsafe_b64decode(text[len(CURSOR) :].encode("ascii") + b"==")
    except ValueError:
        raise IntegrityError("not a cursor") from None
    end, _, key = keys.state.open(sealed, _CONTEXT).partition(b" ")
    return CasePlace(int(end), key)
