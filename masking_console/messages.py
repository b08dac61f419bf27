"""Pages that say what happened and what to do."""

from flask import Response, render_template


def message(code: str, status: int, **more: object) -> Response:
    """The page for a code of `templates/message.html`."""
    return Response(render_template("message.html", code=code, **more), status)


def see_other(address: str) -> Response:
    """A 303 to another page of the desk."""
    return Response(status=303, headers={"Location": address})
