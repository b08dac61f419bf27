"""Settles who is signed in before any page is made: session, age, tokens, and what the service knows."""

import time
from typing import Final
from urllib.parse import urlencode

from flask import Response, g, render_template, request

from masking_console import guards
from masking_console.context import desk
from masking_console.drafts import keep_form
from masking_console.oidc import SignInError
from masking_console.preferences import Preferences
from masking_console.refusals import message
from masking_console.service import Refusal
from masking_console.sessions import Session
from masking_console.sign_in import forget_session, held_session
from masking_console.signing import signature_of

PUBLIC: Final = frozenset({"static", "healthz", "readyz"}) | {
    f"sign_in.{name}" for name in ("page", "depart", "callback", "signed_out", "back_channel_logout")
}
"""Endpoints that need no session."""
REFRESH_SECONDS: Final = 60
"""An access token that ends within this time is renewed before it is used."""
WITHOUT_ME: Final = frozenset(
    {f"me.{name}" for name in ("stay", "keep", "watermark")}
    | {"values.reveal", "values.call", "new_case.check", "signing.propose", "sign_in.sign_out"}
)
"""Endpoints that do not look up the person first: the service decides in their only call, if any."""
SAVE_SECONDS: Final = 20
"""Seconds between notes of the last action."""


def admit() -> Response | None:
    """Load the session of the request. Return an answer if it has no session, or if another site sent the request."""
    g.nonce = guards.new_nonce()
    g.started = time.perf_counter()
    g.session = None
    g.preferences = Preferences.read(request)
    unsafe = request.method in guards.UNSAFE and request.endpoint != "sign_in.back_channel_logout"
    if unsafe and not guards.is_same_origin(desk().settings.url):
        desk().metrics.count("refusals", "cross-origin")
        return message("cross-origin", 403)
    return None if request.endpoint in PUBLIC else _signed_in()


def keep_alive() -> None:
    """Extend the session of the request, because the person asked for it."""
    desk().sessions.change(g.session_id, seen_at=int(time.time()))


def to_sign_in(**query: str) -> Response:
    """The way to the sign-in page; of a fragment the whole page goes there."""
    back = request.full_path.rstrip("?")
    if request.method != "GET" or "HX-Request" in request.headers:
        back = "/" + "/".join((request.referrer or "").split("/")[3:])
    address = f"/sign-in?{urlencode({'next': back, **query})}"
    if "HX-Request" in request.headers:
        return Response("", 200, headers={"HX-Redirect": address})
    return Response(status=303, headers={"Location": address})


def _signed_in() -> Response | None:
    session = held_session()
    g.session_id = request.cookies.get(guards.SESSION_COOKIE, "")
    try:
        session = session and _seen(_with_fresh_tokens(session))
    except SignInError:
        keep_form(session.sub if session else "")
        desk().sessions.end(g.session_id)
        return to_sign_in()
    if session is None:
        if request.method == "POST" and g.session_id:
            keep_form(desk().sessions.former(g.session_id))
        if not g.session_id and guards.came_from_elsewhere():
            return Response(render_template("bounce.html", target=request.full_path.rstrip("?")))
        return to_sign_in()
    if session.ended:
        response = message(f"ended-{session.ended}", 401)
        forget_session(response)
        return response
    signed = signature_of(request.form)
    proof = request.cookies.get(guards.PROOF_COOKIE, "")
    g.person = desk().service.as_person(session.access_token, g.preferences.language, signed, proof)
    g.session = session
    if request.endpoint not in WITHOUT_ME:
        try:
            learn_me()
        except Refusal as refusal:
            if refusal.status != 401 or refusal.code == "sign-in-required":
                raise
            keep_form(session.sub)
            desk().sessions.end(g.session_id)
            g.session = None
            return to_sign_in()
    return None


def learn_me() -> None:
    """Ask the service who the person of the request is, and what they may do."""
    g.me = g.person.get("me")
    if g.session.principal != g.me["principal"]:
        g.session = desk().sessions.change(g.session_id, principal=g.me["principal"]) or g.session


def _with_fresh_tokens(session: Session) -> Session | None:
    """The session with tokens that live on: one request asks the issuer, and those beside it take its result."""
    if session.ended or session.expires_at - time.time() >= REFRESH_SECONDS:
        return session
    sessions = desk().sessions
    with sessions.lock(g.session_id):
        current = sessions.find(g.session_id)
        if current is None or current.ended or current.expires_at > session.expires_at:
            return current
        return sessions.change(g.session_id, **desk().provider.refresh(current))


def _seen(session: Session | None) -> Session | None:
    """The session, after it was written down that the person did something, and what the page tells them."""
    if session is None or session.ended or "poll" in request.args:
        return session
    now = int(time.time())
    g.replaced = session.replaced and _is_whole_page()
    if g.replaced:
        return desk().sessions.change(g.session_id, seen_at=now, replaced=False)
    if now - session.seen_at >= SAVE_SECONDS:
        return desk().sessions.change(g.session_id, seen_at=now)
    return session


def _is_whole_page() -> bool:
    """Whether the answer is a page with its notices: neither a fragment nor the redirect of `/`."""
    return request.method == "GET" and request.endpoint != "home" and "HX-Request" not in request.headers
