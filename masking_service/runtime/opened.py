"""Opens what the settings name: keys, store and alerts.

It reads no masks and no use cases, so the commands that need neither start in half of the time.
"""

import os

from keys import keyset, selftest
from keys.keyring import Keyring
from keys.messages import MessageKey
from keys.process import forbid_core_dumps
from masking_service.audit.asking import AskedArchive
from masking_service.observability.alerts import Alerts
from masking_service.observability.metrics import Metrics
from masking_service.observability.webhook import Webhook
from masking_service.runtime.clock import clock
from masking_service.runtime.settings import Settings, SettingsError
from masking_service.store.client import Store
from masking_service.store.urls import UnknownForm


class WrongPurpose(Exception):
    """Keys that were made for development in production, or the reverse."""


def open_keyring(settings: Settings) -> Keyring:
    """The keys that the settings name, after the known-answer tests.

    Raises:
        KeysError: they cannot be used.
        WrongPurpose: they were made for the other kind of set-up.
    """
    forbid_core_dumps()
    selftest.run()
    keyring = Keyring(keyset.load(settings.keyset))
    wanted = "development" if settings.development else "production"
    if keyring.made_for != wanted:
        raise WrongPurpose(f"{settings.keyset}: was made for {keyring.made_for}; this set-up needs keys for {wanted}")
    if bool(keyring.keyset.intake) != (settings.tier == "intake"):
        of = f"the intake host {keyring.keyset.intake}" if keyring.keyset.intake else "the whole service"
        raise WrongPurpose(f"{settings.keyset}: is of {of}, and MASKING_TIER is {settings.tier}")
    if settings.tier == "opening" and keyring.publication is None:
        raise WrongPurpose(f"{settings.keyset}: is not split: run `keys split` first, or leave MASKING_TIER at all")
    return keyring


def open_alerts(settings: Settings, keyring: Keyring, metrics: Metrics) -> Alerts:
    """Alerts that go where the settings say. Raises KeysetError: the key of the webhook cannot be used."""
    alerts = Alerts(keyring, metrics, clock, os.urandom)
    if settings.alert_url and settings.alert_key:
        key = MessageKey.read(settings.alert_key)
        alerts.send_to(Webhook(settings.alert_url, key, clock=clock, dropped=metrics.dropped_alert))
    return alerts


def open_archive(settings: Settings) -> AskedArchive | None:
    """The archive of the log; None where it cannot be asked. Raises KeysetError: the key to ask it cannot be used."""
    if not (settings.audit_url and settings.audit_key):
        return None
    return AskedArchive(settings.audit_url, MessageKey.read(settings.audit_key), clock)


def open_store(settings: Settings, url: str = "") -> Store:
    """The way to the store that the settings name; connects to nothing yet.

    Args:
        url: replaces the one of the settings, where it is given.

    Raises:
        SettingsError: no store is named, or not in a way that is known here.
    """
    if not settings.redis_url:
        raise SettingsError(
            "the development store is not running: `make run` starts it with the service"
            if settings.development
            else "MASKING_REDIS_URL must say where the store is"
        )
    try:
        store = Store(
            url or settings.redis_url,
            replicas=settings.redis_replicas,
            tls=settings.redis_tls,
            vouched=settings.redis_vouched,
            may_lose=settings.redis_may_lose,
            audit_slots=settings.audit_slots,
        )
    except UnknownForm as fault:
        raise SettingsError(f"MASKING_REDIS_URL {fault}") from None
    store.intake = settings.tier == "intake"
    return store
