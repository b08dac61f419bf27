"""What a search asks for, read and hashed."""

import re
from dataclasses import dataclass
from typing import Final

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.recipients import one_number
from masking_service.service.people.principals import site_codes

_LAST4: Final = re.compile(r"[0-9]{4}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A phone in its one spelling, or the last four digits of a phone at a site."""

    phone: str = ""
    last4: str = ""
    site: str = ""

    @classmethod
    def read(cls, phone: str | None, last4: str | None, site: str | None) -> "Asked":
        """Read what was sent: a phone in any spelling, or four digits and a site's code.

        Raises:
            InvalidRecord: it is malformed, or neither of the two.
        """
        if phone is not None:
            if last4 is not None or site is not None:
                raise InvalidRecord((("/phone", "one-of-two"),))
            return cls(phone=one_number(phone))
        missing = tuple((f"/{name}", "missing") for name, value in (("last4", last4), ("site", site)) if value is None)
        if last4 is None or site is None:
            raise InvalidRecord(missing if len(missing) == 1 else (("/phone", "one-of-two"),))
        if not _LAST4.fullmatch(last4):
            raise InvalidRecord((("/last4", "invalid-value"),))
        try:
            site_codes([site])
        except ValueError:
            raise InvalidRecord((("/site", "invalid-value"),)) from None
        return cls(last4=last4, site=site)

    @property
    def hashed_parts(self) -> tuple[str, ...]:
        """What the keyed hash in audit entries is over."""
        return ("search", "phone", self.phone) if self.phone else ("search", "last4", self.site, self.last4)
