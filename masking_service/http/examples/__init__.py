"""One example of every operation: a request, and the answer to it."""

from typing import Final

from masking_service.http.examples import calls, me, oversight, service, unmasking, waybills
from masking_service.http.examples.common import Example

TABLE: Final[dict[str, Example]] = {
    **waybills.EXAMPLES,
    **unmasking.EXAMPLES,
    **calls.EXAMPLES,
    **oversight.EXAMPLES,
    **me.EXAMPLES,
    **service.EXAMPLES,
}
"""By operation name. The document and its page need none."""
