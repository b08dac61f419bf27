"""Keys: the person's own, and those of others that wait for approval; and the devices of others."""

from datetime import UTC, datetime

from flask import Blueprint, Response, g, jsonify, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from masking_console.refusals import see_other
from masking_console.service import Refusal
from masking_console.signing import ForScript, for_script

own = Blueprint("own_keys", __name__)
pages = Blueprint("keys", __name__)


@own.get("/me/keys")
def listed() -> str:
    """The person's own keys and devices, and the forms that make one."""
    keys = g.person.get("me", "keys")["keys"] if g.me["signs"] else []
    return render_template(
        "own_keys.html", keys=keys, devices=g.person.get("me", "devices")["devices"] if g.me["proves"] else []
    )


@own.post("/me/devices")
def add_device() -> Response:
    """Enrol the browser, whose key proves this."""
    g.person.post("me", "devices", body={"name": request.form.get("name", "").strip()})
    return see_other(url_for("own_keys.listed", _anchor="own-devices"))


@own.post("/me/keys/options")
@for_script
def options() -> ForScript:
    """What the browser needs to make a key."""
    return jsonify(g.person.post("me", "keys", "options", body={})), 200


@own.post("/me/keys")
@for_script
def add() -> ForScript:
    """Keep a key that the browser has made."""
    made = request.get_json(silent=True)
    if not isinstance(made, dict):
        raise BadRequest
    return jsonify(g.person.post("me", "keys", body=made)), 201


@pages.get("/keys")
def waiting() -> str:
    """The keys and devices that wait for approval, and those of one person."""
    return _page()


@pages.post("/keys/<any(approve, deny, revoke):act>", defaults={"sort": "key"})
@pages.post("/devices/<any(approve, deny, revoke):act>", defaults={"sort": "device"}, endpoint="decide_device")
def decide(sort: str, act: str) -> Response | tuple[str, int]:
    """Approve, deny or revoke a key or device of another person."""
    form = request.form
    body = {"code": form.get("code", "")} if act == "approve" else {}
    try:
        g.person.post_signed("principals", form.get("principal", ""), f"{sort}s", form.get(sort, ""), act, body=body)
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        return _page(refusal), refusal.status
    return see_other(url_for("keys.waiting", done=act))


def _page(refusal: Refusal | None = None) -> str:
    person = request.args.get("person", "").strip()
    held = g.person.get("principals", person, "keys")["keys"] if person else None
    own_devices = g.person.get("principals", person, "devices")["devices"] if person else None
    now = datetime.now(UTC)
    early = {one["key"] for one in held or () if one["status"] == "active" and _later(one["works_from"], now)}
    return render_template(
        "keys.html",
        keys=g.person.get("principals", "keys")["keys"],
        devices=g.person.get("principals", "devices")["devices"],
        held=held,
        own_devices=own_devices,
        early=early,
        person=person,
        refusal=refusal,
    )


def _later(moment: str | None, now: datetime) -> bool:
    """Whether a key signs from then on only: a second approval of one that replaces another ends its waiting."""
    return moment is not None and datetime.fromisoformat(moment) > now
