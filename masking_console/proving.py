"""Device proofs: asks the browser for a proof of a call that the service wants proven (DPoP, RFC 9449).

The access token is known to the desk only, and the key to the browser only. So the desk says what the proof of the
call has to say, and the browser signs it and sends its request again, with the proof in a cookie (`static/proving.js`).
"""

import json
from typing import Final

from flask import Response, g, render_template, request, url_for

from masking_console import guards
from masking_console.service import Refusal, proves

HEADER: Final = "Desk-Proof"


def ask(refusal: Refusal) -> Response | None:
    """Ask the browser to prove the refused call and repeat its request; None if it just did."""
    said = dict(refusal.to_prove or {})
    nonce = said.pop("nonce", "")
    if proves(request.cookies.get(guards.PROOF_COOKIE, ""), said):
        return None
    enrols = request.endpoint == "own_keys.add_device"
    held = [] if enrols else g.person.get("me", "devices")["devices"]
    active = [each["device"] for each in held if each["status"] == "active"]
    asked = {"claims": said | {"nonce": nonce}, "person": g.session.sub, "enrols": enrols, "devices": active}
    if "HX-Request" in request.headers:
        return Response("", 204, headers={HEADER: json.dumps(asked)})
    form = request.form if request.method == "POST" else None
    return Response(render_template("prove.html", asked=asked, form=form, keys=url_for("own_keys.listed")))


def forget(response: Response) -> None:
    """Take a proof back that came with the request: it is good for one call."""
    if guards.PROOF_COOKIE in request.cookies:
        response.delete_cookie(guards.PROOF_COOKIE, path=request.path, secure=True, samesite="Strict")
