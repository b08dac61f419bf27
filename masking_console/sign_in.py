"""Signs people in and out: the pages around the issuer's own."""

import secrets
from typing import Any, Final

from flask import Blueprint, Response, g, render_template, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from masking_console import guards
from masking_console.asked import whole_number
from masking_console.context import desk
from masking_console.oidc import SignInError
from masking_console.preferences import YEAR_SECONDS
from masking_console.sessions import Session, name_of

SIGN_IN_SECONDS: Final = 600

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
def page() -> Response | str:
    """The way to the issuer, also to confirm a sign-in."""
    desk().provider.prepare()
    session = held_session()
    signed_in = session is not None and not session.ended
    confirm = "confirm" in request.args
    if signed_in and not confirm:
        return Response(status=303, headers={"Location": _target(request.args.get("next", ""))})
    return render_template("sign_in.html", target=_target(request.args.get("next", "")), confirm=confirm and signed_in)


@pages.post("/sign-in")
def depart() -> Response:
    """Send the person to the issuer."""
    asked = request.form
    leaving = desk().provider.depart(
        acr=asked.get("acr", "")[:64],
        max_age=whole_number(asked.get("max_age", ""), 0, YEAR_SECONDS),
        random=secrets.token_urlsafe(96),
    )
    # The name of the session goes along: behind an issuer of another site the strict cookie does not come back.
    former = name_of(request.cookies.get(guards.SESSION_COOKIE, ""))
    travel = [leaving.state, leaving.nonce, leaving.verifier, _target(asked.get("next", "")), former]
    response = Response(status=303, headers={"Location": leaving.address})
    response.set_cookie(
        guards.SIGN_IN_COOKIE,
        _travelling().dumps(travel),
        SIGN_IN_SECONDS,
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


@pages.get("/callback")
def callback() -> Response:
    """Receive the issuer's answer, and begin a session under a new id."""
    try:
        cookie = request.cookies.get(guards.SIGN_IN_COOKIE, "")
        state, nonce, verifier, target, former = _travelling().loads(cookie, max_age=SIGN_IN_SECONDS)
    except (BadData, ValueError):
        raise SignInError("no sign-in under way") from None
    if not secrets.compare_digest(state.encode(), request.args.get("state", "").encode()):
        raise SignInError("state")
    if "error" in request.args:
        raise SignInError("refused by the issuer")
    session = desk().provider.arrive(request.args.get("code", ""), verifier, nonce)
    before = desk().sessions.end_named(former)
    if before is not None and not before.ended:
        target = target if before.sub == session.sub else "/"
        desk().metrics.count("step_ups", "done")
    session_id = desk().sessions.begin(session)
    desk().metrics.count("sign_ins", "done")
    # A redirect from here would lose the strict cookie, because the way began at another site.
    response = Response(render_template("bounce.html", target=target))
    response.set_cookie(guards.SESSION_COOKIE, session_id, secure=True, httponly=True, samesite="Strict")
    response.delete_cookie(guards.SIGN_IN_COOKIE, secure=True, httponly=True, samesite="Lax")
    return response


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session here and at the issuer."""
    session: Session = g.session
    desk().sessions.end(g.session_id)
    if "everywhere" in request.form:
        desk().sessions.end_by_issuer(sub=session.sub)
    address = desk().provider.logout_address(session, secrets.token_urlsafe(16)) or url_for("sign_in.signed_out")
    response = Response(status=303, headers={"Location": address, "Clear-Site-Data": '"cache"'})
    forget_session(response)
    return response


@pages.get("/signed-out")
def signed_out() -> str:
    """The page after signing out."""
    desk().provider.prepare()
    return render_template("sign_in.html", target="/", signed_out=True)


@pages.post("/back-channel-logout")
def back_channel_logout() -> Response:
    """End a session because the issuer says so (OpenID Connect Back-Channel Logout 1.0)."""
    claims: Any = desk().provider.logout_claims(request.form.get("logout_token", ""))
    if not desk().sessions.once(f"logout {claims['jti']}", 2 * SIGN_IN_SECONDS):
        raise SignInError("logout token used twice")
    desk().sessions.end_by_issuer(sub=str(claims.get("sub", "")), sid=str(claims.get("sid", "")))
    return Response("", 200)


def held_session() -> Session | None:
    """The session of the request's cookie, also one that has ended."""
    held = request.cookies.get(guards.SESSION_COOKIE, "")
    return desk().sessions.find(held) if held else None


def forget_session(response: Response) -> None:
    """Take the session's cookie back."""
    response.delete_cookie(guards.SESSION_COOKIE, secure=True, httponly=True, samesite="Strict")


def _travelling() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk().settings.session_key.cookie_key(), salt="sign-in")


def _target(given: str) -> str:
    return given if guards.is_local(given) and not given.startswith(("/sign-", "/callback")) else "/"
