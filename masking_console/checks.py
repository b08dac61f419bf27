"""Checks of the set-up, for `doctor`: each says what is wrong and what to do, or nothing."""

from collections.abc import Callable, Iterator

from masking_console.oidc import IssuerUnavailableError, Provider
from masking_console.service import Service
from masking_console.sessions import Session, Sessions, SessionsUnavailableError
from masking_console.settings import Settings

Check = tuple[str, Callable[[], str]]


def checks(settings: Settings) -> Iterator[Check]:
    """Every check, in the order in which a sign-in needs them."""
    yield "session store", lambda: _sessions(settings)
    yield "issuer", lambda: _issuer(settings)
    yield "masking service", lambda: _service(settings)


def _sessions(settings: Settings) -> str:
    sessions = Sessions(settings.redis_url, settings.session_key)
    try:
        probe = sessions.begin(Session(sub="doctor"))
        with sessions.lock(probe):
            sessions.end(probe)
    except SessionsUnavailableError:
        return (
            "does not answer, or does not allow what the desk needs: check MASKING_CONSOLE_REDIS_URL and the user "
            "of examples/redis-desk.acl"
        )
    return ""


def _issuer(settings: Settings) -> str:
    try:
        Provider(settings).prepare()
    except IssuerUnavailableError:
        return f"{settings.metadata_url} does not answer, or names another issuer than MASKING_CONSOLE_ISSUER"
    return ""


def _service(settings: Settings) -> str:
    return "" if Service(settings.service_url).alive() else f"{settings.service_url}/readyz is not 200"
