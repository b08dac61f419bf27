"""Which calls a person's own device has to prove: the section `devices` of a policy, and its parser."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from masking_service.service.people.document import DocumentPlace
from masking_service.service.people.permissions import Permission

PROVEN: Final[Mapping[str, str]] = {
    "waybill-view": Permission.WAYBILL_VIEW,
    "call": Permission.CALL_MAKE,
    "search": Permission.WAYBILL_SEARCH,
}
"""The calls that can need a proof, and their permissions."""
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class DeviceRule:
    """Which calls are proven, and by whom.

    Attributes:
        urls: under which apps call the service: scheme, host and port.
        proof: the calls that need a proof: keys of `PROVEN`.
        roles: the roles through which they need one; None for every role.
    """

    urls: tuple[str, ...]
    proof: frozenset[str]
    roles: frozenset[str] | None = None

    def needs(self, call: str, role: str) -> bool:
        """Return whether a signed-in person needs a proof for a call through a role."""
        return call in self.proof and (self.roles is None or role in self.roles)


def read_devices(place: DocumentPlace, roles: Collection[str]) -> DeviceRule:
    """Return what the section `devices` says."""
    found = place.fields(("urls", "proof"), ("roles",))
    urls = [_url(entry) for entry in found["urls"].items()]
    if not urls:
        found["urls"].fault("names at least one")
    return DeviceRule(
        urls=tuple(urls),
        proof=found["proof"].words(PROVEN, "call that can need a proof"),
        roles=found["roles"].words(roles, "role") if "roles" in found else None,
    )


def _url(place: DocumentPlace) -> str:
    url = place.text()
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port not in (None, _DEFAULT_PORTS.get(parts.scheme)) else ""
    except ValueError:
        place.fault("has to be an origin, such as https://masking.example.com")
        return url
    host = parts.hostname or ""
    if url and url != f"{parts.scheme}://{host}{port}":
        place.fault("has to be an origin: scheme, host and port if it is not the usual one, and nothing behind them")
    elif url and parts.scheme != "https" and (parts.scheme != "http" or host not in _LOOPBACK):
        place.fault("has to be https, or http on the machine itself in development")
    return url
