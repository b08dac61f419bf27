"""Settles who is signed in before any page is made: session, age, tokens, and what the service knows."""

import time
from typing import Final
from urllib.parse import urlencode

from flask import Response, g, render_template, request

from masking_console import guards
from masking_console.context import desk
from masking_console.messages import message
from masking_console.oidc import SignInError
from masking_console.preferences import Preferences
from masking_console.service import Refusal
from masking_console.sessions import Session
from masking_console.sign_in import forget_session, held_session

PUBLIC: Final = frozenset({"static", "healthz", "readyz", "metrics"}) | {
    f"sign_in.{name}" for name in ("page", "depart", "callback", "signed_out", "back_channel_logout")
}
"""Endpoints that need no session."""
REFRESH_SECONDS: Final = 60
"""An access token that ends within this time is renewed before it is used."""
SAVE_SECONDS: Final = 20
"""How often the time of the last action is written down."""


def admit() -> Response | None:
    """Load the session of the request; answer it where there is none, or where another site sent it."""
    g.nonce = guards.new_nonce()
    g.started = time.perf_counter()
    g.session = None
    g.preferences = Preferences.read(request)
    unsafe = request.method in guards.UNSAFE and request.endpoint != "sign_in.back_channel_logout"
    if unsafe and not guards.is_same_origin(desk().settings.url):
        desk().metrics.refusal("cross-origin")
        return message("cross-origin", 403)
    return None if request.endpoint in PUBLIC else _signed_in()


def keep_alive() -> None:
    """Extend the session of the request, because the person asked for it."""
    g.session.seen_at = int(time.time())
    desk().sessions.save(g.session_id, g.session)


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
    if session is None:
        if guards.SESSION_COOKIE not in request.cookies and guards.came_from_elsewhere():
            return Response(render_template("bounce.html", target=request.full_path.rstrip("?")))
        return to_sign_in()
    if session.ended:
        response = message(f"ended-{session.ended}", 401)
        forget_session(response)
        return response
    g.session_id = request.cookies[guards.SESSION_COOKIE]
    now = int(time.time())
    try:
        if session.expires_at - now < REFRESH_SECONDS:
            session = _refreshed(g.session_id, session)
        g.replaced = session.replaced
        if "poll" not in request.args and (session.replaced or now - session.seen_at >= SAVE_SECONDS):
            session.seen_at, session.replaced = now, False
            desk().sessions.save(g.session_id, session)
        g.person = desk().service.as_person(session.access_token, g.preferences.language)
        g.me = g.person.me()
    except SignInError:
        desk().sessions.end(g.session_id)
        return to_sign_in()
    except Refusal as refusal:
        if refusal.status != 401 or refusal.code == "sign-in-required":
            raise
        desk().sessions.end(g.session_id)
        return to_sign_in()
    g.session = session
    return None


def _refreshed(session_id: str, session: Session) -> Session:
    """The session with fresh tokens: one request asks the issuer, and those beside it take its result."""
    sessions = desk().sessions
    with sessions.lock(session_id):
        current = sessions.find(session_id) or session
        if current.expires_at > session.expires_at:
            return current
        renewed = desk().provider.refresh(current)
        sessions.save(session_id, renewed)
        return renewed
