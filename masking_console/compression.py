"""Compresses the files that every page loads.

Pages are not compressed: their length would tell something of what they hold.
"""

import gzip
from functools import lru_cache

from flask import Response, request


def compress_file(response: Response) -> Response:
    """Compress an answer that is a whole file, for browsers that accept it."""
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.method == "GET" and request.accept_encodings.quality("gzip") > 0:
        etag, _ = response.get_etag()
        response.direct_passthrough = False
        response.set_data(_compressed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        if etag:
            response.set_etag(etag, weak=True)
    return response


@lru_cache(maxsize=16)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
