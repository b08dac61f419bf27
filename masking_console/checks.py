"""Checks of the set-up, for `doctor`: each says what is wrong and what to do, or nothing."""

from collections.abc import Callable, Iterator

from masking_console.oidc import IssuerUnavailableError, Provider
from masking_console.service import Service, ServiceUnavailableError
from masking_console.sessions import Session, Sessions
from masking_console.settings import PREFIX, Settings
from masking_console.store import SessionsUnavailableError
from masking_console.texts import _

Check = tuple[str, Callable[[], str]]


def checks(settings: Settings) -> Iterator[Check]:
    """Every check, in the order in which a sign-in needs them."""
    yield _("session store"), lambda: _sessions(settings)
    yield _("issuer"), lambda: _issuer(settings)
    yield _("masking service"), lambda: _service(settings)
    yield _("signatures and proofs"), lambda: _addresses(settings)


def _sessions(settings: Settings) -> str:
    sessions = Sessions(settings.redis_url, settings.session_key, settings.redis_ca)
    try:
        probe = sessions.begin(Session(sub="doctor"))
        with sessions.lock(probe):
            sessions.end(probe)
    except SessionsUnavailableError as error:
        return _certificate(error, "REDIS_CA") or _(
            "does not answer, or does not allow what the desk needs: check MASKING_CONSOLE_REDIS_URL and the user "
            "of examples/redis-desk.acl"
        )
    return ""


def _issuer(settings: Settings) -> str:
    provider = Provider(settings)
    try:
        provider.prepare()
    except IssuerUnavailableError as error:
        said = _(
            "%(url)s does not answer, or names another issuer than MASKING_CONSOLE_ISSUER", url=settings.metadata_url
        )
        return _certificate(error, "ISSUER_CA") or said
    try:
        provider.fetch_keys()
    except IssuerUnavailableError as error:
        return _certificate(error, "ISSUER_CA") or _("its keys cannot be fetched: check `jwks_uri` in its metadata")
    return ""


def _service(settings: Settings) -> str:
    try:
        ready = Service(settings.service_url, settings.service_ca).ready()
    except ServiceUnavailableError as error:
        return _certificate(error, "SERVICE_CA") or _("%(url)s does not answer", url=settings.service_url)
    return "" if ready else _("%(url)s/readyz is not 200", url=settings.service_url)


def _addresses(settings: Settings) -> str:
    """Check that the service's policy lists the addresses for signing here, and the desk's address of the service."""
    try:
        urls, pages = Service(settings.service_url, settings.service_ca).addresses()
    except ServiceUnavailableError:
        return _("cannot be checked: the masking service does not say what it takes")
    wrong = []
    if pages is not None and settings.url not in pages:
        wrong.append(_("`signed.origins` of the policy does not list %(url)s: no one signs here", url=settings.url))
    url = settings.service_url
    if urls and url not in urls:
        wrong.append(_("`devices.urls` of the policy does not list %(url)s: no browser proves a call", url=url))
    return "; ".join(wrong)


def _certificate(error: Exception, name: str) -> str:
    """Return what is wrong with a server's certificate, and the setting to check; "" after another failure."""
    if not str(error):
        return ""
    return _("its certificate is refused (%(error)s): check %(name)s", error=error, name=PREFIX + name)
