"""Decoys: planting, the list with its hits, and who saw the seeds that rang."""

from flask import Blueprint, Response, g, render_template, request, url_for

from masking_console.drafts import drop_form
from masking_console.refusals import see_other
from masking_console.service import Json

pages = Blueprint("decoys", __name__)


@pages.get("/decoys")
@pages.post("/decoys/list", endpoint="listed")
def shown() -> str:
    """The decoys of the tenant; a signature that has to come with the list is posted."""
    return _page()


@pages.post("/decoys")
def plant() -> Response:
    """Mark waybills as decoys."""
    body = {"waybills": request.form.get("waybills", "").split(), "kind": request.form.get("kind", "")}
    g.person.post_signed("decoys", body=body)
    drop_form()
    return see_other(url_for("decoys.shown"))


@pages.post("/decoys/remove")
def remove() -> Response:
    """Take the mark off one waybill."""
    g.person.delete_signed("decoys", body={"waybills": [request.form.get("waybill", "")]})
    return see_other(url_for("decoys.shown"))


@pages.post("/decoys/heard")
def hear() -> str:
    """Show who saw the seeds whose phone rang. The number stays in no address or page."""
    return _page(g.person.post("decoys", "heard", body={"phone": request.form.get("phone", "")}))


def _page(heard: Json | None = None) -> str:
    """The page, without the list where the person has yet to sign for it."""
    waits = g.me["signs"] and "decoy-list" in g.me["signs"]["acts"] and "signed" not in request.form
    planted = None if waits else g.person.get_signed("decoys")["decoys"]
    return render_template("decoys.html", decoys=planted, heard=heard)
