"""One example of every operation, as true as the rules are: what goes in, and what then comes out."""

from typing import Final

from masking_service.web.examples import me, oversight, service, unmasking, waybills
from masking_service.web.examples.common import Example

TABLE: Final[dict[str, Example]] = {
    **waybills.EXAMPLES,
    **unmasking.EXAMPLES,
    **oversight.EXAMPLES,
    **me.EXAMPLES,
    **service.EXAMPLES,
}
"""By the name of the operation. The document and its page are examples of themselves."""
