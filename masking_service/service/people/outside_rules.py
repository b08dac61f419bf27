"""Parses the parts of a policy that name other systems: issuers, the ticket system, the provider of calls."""

import ipaddress
from collections.abc import Mapping
from typing import Final

from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.outbound import is_secure, split_url
from masking_service.service.people import principals, rules
from masking_service.service.people.document import DocumentPlace
from masking_service.service.people.permissions import KEYS_ONLY_PERMISSIONS
from masking_service.service.people.rules import CALL_LIFETIME, CallRule, CheckRule, IssuerRule, Role

_AGAIN_AFTER: Final = 15 * 60
_SHORTEST_CALL: Final = 120
"""Seconds. Aliyun refuses a binding that ends within a minute (help.aliyun.com/document_detail/109196.htm)."""
_PROVIDERS: Final = ("https", "aliyun", "huawei")
_NEEDED: Final = {"https": frozenset[str](), "aliyun": frozenset({"account", "pool"}), "huawei": frozenset({"account"})}
_USELESS: Final = {
    "https": frozenset({"account", "pool", "mode", "records_key"}),
    "aliyun": frozenset[str](),
    "huawei": frozenset({"records_key"}),
}
"""Settings that a provider does not use: Huawei's secret makes a header of its messages, Aliyun's have none."""
_OPTIONAL: Final = ("lifetime", "mode", "account", "pool", "records_key", "records_from")


def check_rule(place: DocumentPlace) -> CheckRule:
    """Return how the ticket system is asked about cases."""
    found = place.fields(("url", "key"), ("on_failure", "again_after", "officer"))
    on_failure = found["on_failure"].word(("refuse", "pending"), "word") if "on_failure" in found else "refuse"
    officer = found["officer"].word(("any", "assignee"), "word") if "officer" in found else "any"
    return CheckRule(
        url=_url(found["url"]),
        key=found["key"].text(),
        pending_on_failure=on_failure == "pending",
        again_after=found["again_after"].seconds(SECONDS_A_DAY) if "again_after" in found else _AGAIN_AFTER,
        by_assignee=officer == "assignee",
    )


def call_rule(place: DocumentPlace) -> CallRule:
    """Return who gives privacy numbers for calls, and how they are asked."""
    found = place.fields(("provider", "url", "key"), _OPTIONAL)
    provider = found["provider"].word(_PROVIDERS, "provider")
    for name in sorted(_NEEDED.get(provider, frozenset()) - found.keys()):
        place.fault(f"needed for {provider}", name)
    for name in sorted(_USELESS.get(provider, frozenset()) & found.keys()):
        found[name].fault(f"of no use with {provider}")
    rule = CallRule(
        provider=provider,
        url=_url(found["url"]),
        key=found["key"].text(),
        lifetime=found["lifetime"].seconds(SECONDS_A_DAY) if "lifetime" in found else CALL_LIFETIME,
        mode=found["mode"].word(("pair", "extension"), "mode") if "mode" in found else "pair",
        records_from=_networks(found["records_from"]) if "records_from" in found else (),
        **{name: found[name].text() for name in ("account", "pool", "records_key") if name in found},
    )
    if rule.lifetime < _SHORTEST_CALL and "lifetime" in found:
        found["lifetime"].fault("has to be at least 2m")
    if (provider, rule.mode) == ("huawei", "extension") and "pool" not in found:
        place.fault("needed for huawei with extensions: the X number", "pool")
    return rule


def _networks(place: DocumentPlace) -> tuple[str, ...]:
    """Return networks in CIDR form, at least one."""
    found = []
    for entry in place.items():
        try:
            network = ipaddress.ip_network(entry.text())
        except ValueError:
            entry.fault("has to be a network, such as 192.0.2.0/24")
            continue
        if not network.prefixlen:
            entry.fault("names every address there is")
        found.append(str(network))
    if not found:
        place.fault("has to name at least one network")
    return tuple(found)


def _url(place: DocumentPlace) -> str:
    url = place.text()
    if url and not is_askable(url):
        place.fault("has to be an https URL without user and fragment; http to this machine in development")
    return url


def is_askable(url: str) -> bool:
    """Return whether a system outside may have this URL."""
    try:
        parts = split_url(url)
    except ValueError:
        return False
    plain = url.isascii() and " " not in url and not (parts.username or parts.password or parts.fragment)
    return is_secure(parts) and plain and bool(parts.hostname)


def read_issuers(place: DocumentPlace, roles: Mapping[str, Role]) -> dict[str, IssuerRule]:
    """Return the rule of each issuer, by its alias."""
    found = place.each(principals.issuer_alias, lambda alias, entry: _issuer(alias, entry, roles))
    names: set[str] = set()
    for alias, rule in found.items():
        if rule.issuer in names:
            place.fault("another alias has this issuer", f"{alias}.issuer")
        names.add(rule.issuer)
    return found


def _issuer(alias: str, place: DocumentPlace, roles: Mapping[str, Role]) -> IssuerRule:
    required = ("issuer", "audience", "algorithm", "keys", "tenants", "roles")
    found = place.fields(required, ("claims", "lifetime", "unmasking"))
    issuer = found["issuer"].text()
    if alias == rules.DEVELOPMENT_ALIAS or issuer == rules.DEVELOPMENT_ISSUER:
        place.fault("the development issuer exists in development only")
    spoken = found["roles"].words(roles, "role")
    tenants = [_tenant(item) for item in found["tenants"].items()]
    if any(roles[role].permissions & KEYS_ONLY_PERMISSIONS for role in spoken):
        found["roles"].fault("no access token may move custody: it would bring parcels into a forger's sight")
    for key, given in (("roles", spoken), ("tenants", tenants)):
        if not given:
            found[key].fault("names at least one")
    # Fifteen minutes is the longest that a stolen or withdrawn staff token may still work.
    for_staff = any(roles[role].staff_only for role in spoken)
    longest = rules.STAFF_LIFETIME if for_staff else SECONDS_A_DAY
    unmasking = found["unmasking"].fields((), ("acr", "max_age")) if "unmasking" in found else {}
    return IssuerRule(
        alias=alias,
        issuer=issuer,
        audience=found["audience"].text(),
        algorithm=found["algorithm"].word(rules.ALGORITHMS, "algorithm"),
        keys=_keys(found["keys"]),
        tenants=frozenset(tenants),
        roles=spoken,
        claims=_claims(found["claims"]) if "claims" in found else rules.Claims(),
        lifetime=found["lifetime"].seconds(longest) if "lifetime" in found else rules.STAFF_LIFETIME,
        acr=unmasking["acr"].text() if "acr" in unmasking else None,
        max_age=unmasking["max_age"].seconds(30 * SECONDS_A_DAY) if "max_age" in unmasking else None,
    )


def _tenant(place: DocumentPlace) -> str:
    try:
        return principals.tenant_name(place.value)
    except ValueError as error:
        place.fault(str(error))
        return ""


def _keys(place: DocumentPlace) -> str:
    keys = place.text()
    scheme, colon, _ = keys.partition("://")
    if colon and (scheme != "https" or not is_askable(keys)):
        place.fault("has to be the path of a PEM or JWKS file, or an https URL without user and fragment")
    return keys


def _claims(place: DocumentPlace) -> rules.Claims:
    found = place.fields((), ("sub", "roles", "tenant", "sites", "phone", "name", *principals.SURROUNDINGS))
    ways = {
        name: tuple(step.text() for step in entry.items()) if isinstance(entry.value, list) else (entry.text(),)
        for name, entry in found.items()
    }
    for name, way in ways.items():
        if not way:
            found[name].fault("names at least one claim")
    return rules.Claims(**ways)
