"""The page that shows the OpenAPI document.

All its files are served from here.

The viewer's files come with the package flask-swagger-ui; its own page is not used,
because it has a script inside, which a strict Content-Security-Policy forbids.
"""

from functools import cache
from importlib import resources
from typing import Final

import flask_swagger_ui
from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

_OWN: Final = resources.files(__name__)
_VIEWER: Final = resources.files(flask_swagger_ui) / "dist"
_ASSETS: Final = {
    "start.js": (_OWN, "text/javascript"),
    "problem.css": (_OWN, "text/css"),
    "swagger-ui-bundle.js": (_VIEWER, "text/javascript"),
    "swagger-ui.css": (_VIEWER, "text/css"),
    "favicon-32x32.png": (_VIEWER, "image/png"),
}
# `data:` is for the arrows in the viewer's style sheet.
_CSP: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


PAGE: Final = (_OWN / "index.html").read_bytes()


def assets() -> Blueprint:
    """The files of the page at ``/docs``."""
    routes = Blueprint("docs_assets", __name__)

    @routes.get("/docs/<name>")
    def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise NotFound
        return Response(_content(name), headers=_headers(_ASSETS[name][1], "max-age=3600"))

    return routes


def page_answer(page: bytes) -> Response:
    """An HTML page that may load files of this service only."""
    return Response(page, headers=_headers("text/html; charset=utf-8", "no-store"))


@cache
def _content(name: str) -> bytes:
    """A file, read once: all who are slow to take it share the same bytes."""
    return (_ASSETS[name][0] / name).read_bytes()


def _headers(content_type: str, keep: str) -> dict[str, str]:
    return {"Content-Type": content_type, "Cache-Control": keep, "Content-Security-Policy": _CSP}
