"""Builds the desk: admission before every page, and every refusal as a page that helps."""

import gzip
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from flask import Flask, Response, g, request, url_for
from flask_babel import Babel, format_datetime
from werkzeug.exceptions import HTTPException

from masking_console import guards, proving, sign_in, signing
from masking_console.admission import admit, to_sign_in
from masking_console.context import NAME, Desk, Names, desk
from masking_console.drafts import Drafts, keep_form, kept_form
from masking_console.formats import FILTERS
from masking_console.metrics import DeskMetrics
from masking_console.oidc import IssuerUnavailableError, Provider, SignInError
from masking_console.preferences import KEYS, LANGUAGES
from masking_console.refusals import field_errors, message, said
from masking_console.screens import SCREENS, may_use, screens_of
from masking_console.screens.find import can_search
from masking_console.service import Refusal, Service, ServiceUnavailableError
from masking_console.sessions import IDLE_SECONDS, WARN_SECONDS, Sessions
from masking_console.settings import Settings
from masking_console.store import SessionsUnavailableError
from masking_service.observability.logs import error_place, log

UNAVAILABLE: Final = {
    ServiceUnavailableError: "service-unavailable",
    SessionsUnavailableError: "sessions-unavailable",
    IssuerUnavailableError: "issuer-unavailable",
}
OWN_PAGES: Final = frozenset({"frozen", "forbidden", "not-found", "quota-exceeded"})
_CHALLENGE: Final = re.compile(r'(acr_values|max_age)="?([^",]+)')


def create_app(settings: Settings) -> Flask:
    """The desk's WSGI application."""
    app = Flask(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS, said=said)
    app.url_map.strict_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 24 * 3600
    app.extensions[NAME] = Desk(
        settings,
        Sessions(settings.redis_url, settings.session_key, settings.redis_ca),
        Provider(settings),
        Service(settings.service_url, settings.service_ca),
        DeskMetrics(settings.session_key.created),
        Drafts(settings.redis_url, settings.session_key, settings.redis_ca),
        Names(),
    )
    Babel(
        app,
        default_locale="en",
        default_timezone=settings.timezone,
        locale_selector=lambda: g.preferences.language if "preferences" in g else "en",
    )
    app.before_request(admit)
    app.before_request(_check_role)
    app.after_request(_finish)
    app.context_processor(_shared)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(SignInError, _sign_in_failed)
    app.register_error_handler(Exception, _failed)
    for pages in (sign_in.pages, signing.pages, *SCREENS):
        app.register_blueprint(pages)
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/healthz", "healthz", lambda: _plain("ok\n"))
    app.add_url_rule("/readyz", "readyz", _readyz)
    return app


def compile_templates(app: Flask) -> Flask:
    """Compile all templates now, so that the first people after a start do not wait for it."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    return app


def _check_role() -> Response | None:
    """Refuse a screen that the person's roles do not have."""
    if g.session and "me" in g and not may_use(g.me, request.endpoint or ""):
        desk().metrics.count("refusals", "forbidden")
        return message("forbidden", 403)
    return None


def _finish(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else ""
    seconds = time.perf_counter() - g.started
    desk().metrics.request(route, response.status_code, seconds)
    if request.endpoint == "static":
        _compress(response)
    else:
        milliseconds = round(seconds * 1000, 1)
        log.info("request", method=request.method, route=route, status=response.status_code, ms=milliseconds)
    proving.forget(response)
    return guards.protect(response, desk().provider.origin)


def _shared() -> dict[str, object]:
    session = g.get("session")
    return {
        "nonce": g.nonce,
        "language": g.preferences.language,
        "languages": LANGUAGES,
        "preferences": g.preferences,
        "session": session,
        "replaced": g.get("replaced", False),
        "seconds_left": session.seconds_left(int(time.time())) if session else 0,
        "warn_seconds": WARN_SECONDS,
        "idle_seconds": IDLE_SECONDS,
        "screens": screens_of(g.me) if session and "me" in g else [],
        "me": g.get("me") if session else None,
        "can_search": can_search,
        "kept_form": kept_form,
        "all_keys": KEYS,
        "now": format_datetime(datetime.now(UTC), "MM-dd HH:mm"),
    }


def _refused(refusal: Refusal) -> Response:
    if refusal.to_prove is not None:
        try:
            proof_page = proving.ask(refusal)
        except Refusal as other:
            return _refused(other)
        except ServiceUnavailableError as error:
            return _failed(error)
        if proof_page is not None:
            return proof_page
    desk().metrics.count("refusals", refusal.code)
    _keep_typed()
    if refusal.code == "sign-in-required":
        desk().metrics.count("step_ups", "asked")
        asked = {name.removesuffix("_values"): value for name, value in _CHALLENGE.findall(refusal.challenge)}
        return to_sign_in(confirm="1", **asked)
    code = refusal.code if refusal.code in OWN_PAGES else "refused"
    return message(code, refusal.status, refusal=refusal, said=[said(refusal), *field_errors(refusal).values()])


def _sign_in_failed(error: SignInError) -> Response:
    log.warning("sign-in refused", reason=str(error)[:64])
    desk().metrics.count("sign_ins", "refused")
    return message("sign-in-failed", 400)


def _failed(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return message("not-found" if error.code == 404 else "bad-request", error.code or 400)
    code = UNAVAILABLE.get(type(error))
    _keep_typed()
    log.error("failed", error=type(error).__name__, where=error_place(error))
    return message(code, 503) if code else message("failed", 500)


def _keep_typed() -> None:
    """Keep the form of a request that failed, for the person who typed it."""
    if g.get("session"):
        with suppress(SessionsUnavailableError):
            keep_form(g.session.sub)


def _home() -> Response:
    screens = screens_of(g.me)
    return Response(status=303, headers={"Location": screens[0].path if screens else url_for("me.page")})


def _readyz() -> Response:
    desk().sessions.find("readyz")
    return _plain("ok\n")


def _plain(content: str | bytes) -> Response:
    return Response(content, content_type="text/plain; charset=utf-8")


def _compress(response: Response) -> None:
    """Compress a file that every page loads, for browsers that accept it.

    Pages are not compressed: their length would tell something of what they hold.
    """
    response.vary.add("Accept-Encoding")
    if response.status_code == 200 and request.method == "GET" and request.accept_encodings.quality("gzip") > 0:
        etag, _ = response.get_etag()
        response.direct_passthrough = False
        response.set_data(_compressed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        if etag:
            response.set_etag(etag, weak=True)


@lru_cache(maxsize=16)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
