"""Pages that say what happened and what to do."""

from urllib.parse import urlsplit

from flask import Response, render_template, request


def message(code: str, status: int, **more: object) -> Response:
    """The page for a code of `templates/message.html`; in place of a fragment only its text.

    A list that is polled shows it until the next poll, and everything else shows it in place of the page.
    """
    fragment = "HX-Request" in request.headers
    if "quiet" in request.args:
        return Response("", 204)
    said = Response(render_template("message.html", code=code, back=_back(), fragment=fragment, **more), status)
    if fragment and "poll" not in request.args:
        said.headers.update({"HX-Retarget": "#main", "HX-Reswap": "innerHTML"})
    return said


def _back() -> str:
    """The page of the desk from which a form was sent; "" after following a link."""
    came = urlsplit(request.referrer or "")
    return came.path if request.method == "POST" and came.netloc == request.host else ""


def see_other(address: str) -> Response:
    """A 303 to another page of the desk."""
    return Response(status=303, headers={"Location": address})
