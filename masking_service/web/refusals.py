"""Answers to requests that never reach the application, as bytes: problems in the contract's form.

They repeat no byte of the request but its id, under the same rule as everywhere.
"""

from http import HTTPStatus
from typing import Final

from gunicorn.util import http_date

from masking_service.observability.logs import log
from masking_service.web.http import PROBLEM_JSON, State, encode_problem
from masking_service.web.problems import RETRY_AFTER, Problem

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
BAD_REQUEST: Final = Problem("bad-request")
OVERLOADED: Final = Problem("overloaded", headers=RETRY_AFTER)
INTERNAL: Final = Problem("internal", headers=RETRY_AFTER)


def refusal(problem: Problem, given_id: str, *, close: bool, headers_only: bool, fault: str) -> bytes:
    """A whole answer, logged.

    Args:
        problem: what it says.
        given_id: the request's id; empty where it brought none.
        close: whether the connection ends with it.
        headers_only: whether HEAD was asked.
        fault: the kind of the error behind it, for the log; empty where there is none.
    """
    request_id = State(given_id).request_id
    log.warning("refused", request_id=request_id, status=problem.status, code=problem.code, fault=fault)
    content = encode_problem(problem)
    headers = {
        "Server": "gunicorn",
        "Date": http_date(),
        "Connection": "close" if close else "keep-alive",
        "Content-Type": PROBLEM_JSON,
        "Content-Length": str(len(content)),
        "Cache-Control": "no-store",
        **problem.headers,
        "X-Request-Id": request_id,
        "X-Content-Type-Options": "nosniff",
    }
    status = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"
    head = "\r\n".join([status, *(f"{name}: {value}" for name, value in headers.items())])
    return f"{head}\r\n\r\n".encode("ascii") + (b"" if headers_only else content)
