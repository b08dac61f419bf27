"""Makes the line to a policy's provider."""

import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Final

from keys.errors import KeysetError
from keys.messages import MessageKey, ProviderSecret
from masking_service.outbound import Outbound
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.rules import CALL_LIFETIME, CallRule
from masking_service.service.phone_calls.aliyun import AliyunProvider
from masking_service.service.phone_calls.development import DevelopmentProvider
from masking_service.service.phone_calls.https import HttpsProvider
from masking_service.service.phone_calls.huawei import HuaweiProvider
from masking_service.service.phone_calls.line import Line, Outcome
from masking_service.service.phone_calls.provider import AT_ONCE, TIMEOUT_SECONDS, CallProvider

DEVELOPMENT_KEY: Final = "dev-calls.key"
"""The key that signs call records in a development set-up, in the state directory."""

Clock = Callable[[], int]
Random = Callable[[int], bytes]


def load_line(
    rule: CallRule | None,
    folder: Path,
    *,
    development_key: Path | None,
    clock: Clock,
    random: Random,
    counted: Callable[[Outcome], None],
) -> Line:
    """Return the line to a policy's provider; in development without one, to a provider without calls.

    Args:
        rule, folder: the policy's, and where its key files are.
        development_key: the key file of a development set-up; None elsewhere.

    Raises:
        PolicyError: a key cannot be used, or the URL is not https outside development.
    """
    if rule is not None:
        provider = load_provider(rule, folder, development=development_key is not None, clock=clock, random=random)
        networks = [ipaddress.ip_network(network) for network in rule.records_from]
        # Huawei's body is not signed: its records come from the networks that the policy names, or not at all.
        anywhere = not networks and rule.provider != "huawei"
        return Line(provider, rule.lifetime, counted, None if anywhere else networks)
    if development_key is None:
        return Line(None, CALL_LIFETIME, counted)
    return Line(DevelopmentProvider(MessageKey.read(development_key), clock), CALL_LIFETIME, counted)


def load_provider(rule: CallRule, folder: Path, *, development: bool, clock: Clock, random: Random) -> CallProvider:
    """Return the provider of a rule, with its keys read. Raises PolicyError, as `load_line`."""
    if not development and not rule.url.startswith("https://"):
        raise PolicyError([("calls.url", "has to begin with https:// outside development")])
    outbound = Outbound(rule.url, name="calls", seconds=TIMEOUT_SECONDS, at_once=AT_ONCE, wait=0)
    if rule.provider == "https":
        return HttpsProvider(outbound, _message_key(folder, rule.key, "key"), clock, random)
    try:
        secret = ProviderSecret.read(folder / rule.key)
    except (KeysetError, OSError):
        raise PolicyError([("calls.key", "has to be a file that only the service reads, and not empty")]) from None
    if rule.provider == "huawei":
        return HuaweiProvider(outbound, rule, secret, clock, random)
    records_key = _message_key(folder, rule.records_key, "records_key") if rule.records_key else None
    return AliyunProvider(outbound, rule, secret, records_key, clock, random)


def _message_key(folder: Path, name: str, member: str) -> MessageKey:
    try:
        return MessageKey.read(folder / name)
    except (KeysetError, OSError):
        reason = "has to be a file that only the service reads, of at least 32 bytes"
        raise PolicyError([(f"calls.{member}", reason)]) from None
