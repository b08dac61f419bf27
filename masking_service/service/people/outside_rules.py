"""Parses the parts of a policy that name other companies' systems: the ticket system, the provider of calls."""

import ipaddress
from typing import Final

from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.outbound import is_secure, split_url
from masking_service.service.people.document import DocumentPlace
from masking_service.service.people.rules import CALL_LIFETIME, CallRule, CheckRule

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
