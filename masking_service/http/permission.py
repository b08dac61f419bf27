"""Checks a caller's roles before complaining about the shape of a request.

It runs when an error becomes an answer: the body was decoded first, and its fault is held back until now.

A caller without the permission learns nothing about the call: 403 comes before 400, 413, 415 and 422, with the same
audit entry as for a well-formed request.
"""

import re
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Final

from masking_service.http.http import context, current_request
from masking_service.http.operation import Operation
from masking_service.http.operations import TABLE
from masking_service.http.problems import Problem
from masking_service.runtime.acting import Acting
from masking_service.service.call.recorder import RequestContext

SHAPE_STATUSES: Final = frozenset({400, 413, 415, 422})
_OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {(row.method.upper(), row.path): row for row in TABLE}
_PARAMETER: Final = re.compile(r"<(?:[^:>]*:)?([^>]*)>")


def permission_first(error: Exception, acting: Acting) -> Exception:
    """Replace the error of a wrong shape where the permission is missing as well."""
    if isinstance(error, Problem) and error.status in SHAPE_STATUSES:
        asked = current_request()
        path = _PARAMETER.sub(r"{\1}", asked.url_rule.rule) if asked.url_rule else ""
        operation = _OPERATIONS.get((asked.method, path))
        if operation is not None and operation.permissions:
            try:
                _require(acting, context(), operation)
            except Exception as refusal:
                return refusal
    return error


def _require(acting: Acting, context: RequestContext, operation: Operation) -> None:
    """Refuse a caller without the permission.

    Raises AccessError or StoreUnavailable.
    """
    action = operation.audited_as
    with acting.recorder.record_denials(context, action) if action else nullcontext():
        acting.gate.require(context.principal, operation.permissions)
