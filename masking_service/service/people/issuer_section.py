"""Parses the `issuers` section of a policy file. Collects every fault, as `policy_file` does."""

from collections.abc import Mapping

from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.people import principals, rules
from masking_service.service.people.document import DocumentPlace
from masking_service.service.people.outside_rules import is_askable
from masking_service.service.people.permissions import KEYS_ONLY_PERMISSIONS
from masking_service.service.people.rules import IssuerRule, Role


def read_issuers(place: DocumentPlace | None, roles: Mapping[str, Role]) -> dict[str, IssuerRule]:
    """Return the rule of each issuer, by its alias."""
    found: dict[str, IssuerRule] = {}
    if place is None:
        return found
    for alias, entry in place.named().items():
        try:
            principals.issuer_alias(alias)
        except ValueError as error:
            entry.fault(str(error))
        found[alias] = _issuer(alias, entry, roles)
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
