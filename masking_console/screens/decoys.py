"""Decoys: planting, the list, and hits."""

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.messages import see_other

pages = Blueprint("decoys", __name__)


@pages.get("/decoys")
def shown() -> str:
    """The decoys of the tenant."""
    return render_template("decoys.html", decoys=g.person.decoys())


@pages.post("/decoys")
def plant() -> Response:
    """Mark waybills as decoys."""
    numbers = request.form.get("waybills", "").split()
    g.person.plant(numbers, request.form.get("kind", "phantom"))
    return see_other(url_for("decoys.shown"))


@pages.post("/decoys/remove")
def remove() -> Response:
    """Take the mark off one waybill."""
    g.person.unplant([request.form.get("waybill", "")])
    return see_other(url_for("decoys.shown"))
