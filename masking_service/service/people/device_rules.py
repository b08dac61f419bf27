"""Which calls a person's own device has to prove: the section `devices` of a policy, and its parser."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from masking_service.service.people.document import DocumentPlace
from masking_service.service.people.permissions import Permission

PROVEN: Final[Mapping[str, str]] = {
    "waybill-view": Permission.WAYBILL_VIEW,
    "call": Permission.CALL_MAKE,
    "search": Permission.WAYBILL_SEARCH,
}
"""The calls that can need a proof, and their permissions."""
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

    def guards(self, permission: str, role: str) -> bool:
        """Return whether a signed-in person needs a proof for the call of a permission through a role."""
        return any(need == permission and self.needs(call, role) for call, need in PROVEN.items())


def read_devices(place: DocumentPlace, roles: Collection[str]) -> DeviceRule:
    """Return what the section `devices` says."""
    found = place.fields(("urls", "proof"), ("roles",))
    urls = [entry.origin(_LOOPBACK)[0] for entry in found["urls"].items()]
    if not urls:
        found["urls"].fault("names at least one")
    return DeviceRule(
        urls=tuple(urls),
        proof=found["proof"].words(PROVEN, "call that can need a proof"),
        roles=found["roles"].words(roles, "role") if "roles" in found else None,
    )
