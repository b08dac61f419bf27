"""How requests that never reach the application are refused: as a problem with 400, repeating no byte of them."""

from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from masking_service.web.exchange import PROBLEM_JSON, encode_problem
from masking_service.web.log import log
from masking_service.web.problems import Problem


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A threaded worker whose refusals keep to the contract: gunicorn's own say 414, 431, 501 or 500."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what cannot be read as HTTP."""
        del req, addr
        log.warning("unreadable request", fault=type(exc).__name__)
        content = encode_problem(Problem("bad-request"))
        head = (
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
            f"Content-Type: {PROBLEM_JSON}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        try:
            util.write_nonblock(client, head.encode("ascii") + content)
        except OSError:
            return
