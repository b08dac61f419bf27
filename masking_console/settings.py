"""The settings: `MASKING_CONSOLE_*` environment variables, read once."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from keys.errors import KeysetError
from keys.files import read_secret_file
from masking_console.session_key import SessionKey
from masking_console.texts import _
from masking_service.observability.metrics_port import metrics_port

Content = TypeVar("Content")
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
DEVELOPMENT_ISSUER: Final = "urn:masking:dev-issuer"
PREFIX: Final = "MASKING_CONSOLE_"
_PORTS: Final = {"https": 443, "http": 80}


class SettingsError(Exception):
    """A setting is missing or unusable; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the desk is set up.

    Attributes:
        url: its public address, an origin such as ``https://desk.example.com``.
        redis_url: where sessions are kept.
        redis_ca, issuer_ca, service_ca: the authorities that sign for each of them; None for the system's.
        session_key: returns the 32 bytes that seal the sessions.
        issuer: the `iss` of ID tokens.
        metadata_url: where the issuer describes itself.
        resource: the RFC 8707 resource of the access token; empty where the issuer needs none.
        timezone: in which times are shown, an IANA name.
        development: whether the development issuer is allowed.
        company: the name on the head of letters; empty where it is not set.
        contact: whom the recipient of a letter asks, in a line.
        metrics_port: where `/metrics` is answered, and nothing else; 0 for nowhere.
    """

    url: str
    service_url: str
    redis_url: str = field(repr=False)
    session_key: SessionKey = field(repr=False)
    issuer: str
    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    resource: str
    redis_ca: Path | None
    issuer_ca: Path | None
    service_ca: Path | None
    timezone: str
    development: bool
    company: str
    contact: str
    metrics_port: int

    @property
    def redirect_uri(self) -> str:
        """Where the issuer sends people back to."""
        return f"{self.url}/callback"

    @classmethod
    def read(cls, environment: Mapping[str, str], *, development: bool = False) -> "Settings":
        """The settings of an environment. Raises SettingsError: one is missing or unusable."""

        def given(name: str, default: str | None = None) -> str:
            value = environment.get(PREFIX + name, "") or default
            if value is None:
                raise SettingsError(_("%(name)s is not set: see docs/desk.md for what it holds", name=PREFIX + name))
            return value

        def authority(name: str) -> Path | None:
            text = environment.get(PREFIX + name, "")
            return _authority(Path(text), PREFIX + name) if text else None

        url = _origin(given("URL"), PREFIX + "URL")
        issuer = given("ISSUER")
        if (issuer == DEVELOPMENT_ISSUER) is not development:
            raise SettingsError(_("MASKING_CONSOLE_ISSUER: the development issuer is for `make run` only"))
        metadata = given("ISSUER_METADATA", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        _secure(urlsplit(metadata), PREFIX + "ISSUER_METADATA")
        service = _origin(given("SERVICE_URL"), PREFIX + "SERVICE_URL")
        if development and urlsplit(url).hostname not in LOOPBACK:
            raise SettingsError(_("MASKING_CONSOLE_URL: a development desk has a loopback address"))
        redis_url, redis_ca = given("REDIS_URL"), authority("REDIS_CA")
        if redis_ca and not redis_url.startswith("rediss://"):
            raise SettingsError(
                _("MASKING_CONSOLE_REDIS_CA needs a MASKING_CONSOLE_REDIS_URL that begins with rediss://")
            )
        return cls(
            url=url,
            service_url=service,
            redis_url=redis_url,
            redis_ca=redis_ca,
            issuer_ca=authority("ISSUER_CA"),
            service_ca=authority("SERVICE_CA"),
            session_key=_read(SessionKey, Path(given("SESSION_KEY")), "SESSION_KEY"),
            issuer=issuer,
            metadata_url=metadata,
            client_id=given("CLIENT_ID"),
            client_secret=_read(read_secret_file, Path(given("CLIENT_SECRET")), "CLIENT_SECRET").decode().strip(),
            scope=given("SCOPE", "openid profile offline_access"),
            resource=given("RESOURCE", ""),
            timezone=given("TIMEZONE", "Asia/Shanghai"),
            development=development,
            company=given("COMPANY", ""),
            contact=given("CONTACT", ""),
            metrics_port=_metrics_port(environment),
        )


def _metrics_port(environment: Mapping[str, str]) -> int:
    try:
        return metrics_port(environment, PREFIX + "METRICS_BIND")
    except ValueError as fault:
        raise SettingsError(str(fault)) from None


def _origin(text: str, name: str) -> str:
    """An address as browsers and proofs write it: in lower case, without the usual port."""
    url = urlsplit(text)
    try:
        port = f":{url.port}" if url.port not in (None, _PORTS.get(url.scheme)) else ""
    except ValueError:
        port = "?"
    if not url.hostname or url.path not in ("", "/") or url.query or url.fragment or "@" in url.netloc or port == "?":
        raise SettingsError(_("%(name)s is an address without a path, such as https://desk.example.com", name=name))
    _secure(url, name)
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return f"{url.scheme}://{host}{port}"


def _secure(url: SplitResult, name: str) -> None:
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise SettingsError(_("%(name)s begins with https://; plain http is for loopback addresses only", name=name))


def _authority(path: Path, name: str) -> Path:
    try:
        ssl.create_default_context(cafile=str(path))
    except (OSError, ssl.SSLError):
        raise SettingsError(_("%(name)s must name a PEM file with CA certificates", name=name)) from None
    return path


def _read(read: Callable[[Path], Content], path: Path, name: str) -> Content:
    """Return what `read` makes of the secret file that a variable names."""
    try:
        return read(path)
    except KeysetError as error:
        raise SettingsError(f"{PREFIX}{name}: {error}") from None
