"""The checks of `doctor`: each returns what it could not check, or raises an error that says what to fix."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from keys import keyset, selftest
from keys.messages import MessageKey
from masking_service.audit.asking import AskedArchive
from masking_service.audit.backlog import LONG_SECONDS, Backlog
from masking_service.audit.checkpoints import Checkpoints
from masking_service.masking.schemas import load_schemas
from masking_service.masking.timestamps import rfc3339
from masking_service.runtime.administration import opened_registry, opened_store
from masking_service.runtime.clock import clock
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.settings import Settings
from masking_service.runtime.wiring import open_keyring, open_store
from masking_service.service.cases.case_check import TIMEOUT_SECONDS, load_case_check
from masking_service.service.people.claims import LEEWAY
from masking_service.service.people.errors import CaseCheckUnavailable, TicketMismatch, UnknownCaseNumber
from masking_service.service.people.issuer_check import IssuerFault, check_issuer
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import DEFAULT_TENANT
from masking_service.store import health as readiness
from masking_service.store.errors import StoreUnavailable
from masking_service.store.faults import Fault, Weight
from masking_service.store.layout import GENESIS

Check = tuple[str, Callable[[], str | None]]
LAG_SECONDS: Final = 600
"""How far the archive may be behind, as in the alert MaskingArchiveLag."""


class CheckFailed(Exception):
    """Something is wrong; the text says what, and how to fix it."""


def checks(folder: Path) -> Iterator[Check]:
    """Every check of the set-up in a state directory, in the order in which a request needs what is checked."""
    yield "known answers of the cryptography", selftest.run
    yield "keyset", lambda: _load(lambda: keyset.load(folder / "keyset.json"))
    yield "policy", lambda: _load(lambda: _policy(settings_of(folder)))
    yield "issuers", lambda: _issuers(settings_of(folder))
    yield "ticket system answers", lambda: _case_check(settings_of(folder))
    yield "schemas", lambda: _load(lambda: load_schemas(settings_of(folder).schemas))
    yield "key of alerts", lambda: _alerts(settings_of(folder))
    yield "files cannot be read or changed by others", lambda: _files(settings_of(folder))
    yield "store keeps what it acknowledges", lambda: _store(settings_of(folder), "loses", "unready", "unseen")
    yield (
        "store stops taking writes when it is cut off from its replicas",
        lambda: _store(settings_of(folder), "advice", "unseen"),
    )
    yield "store takes no one without a password, and has a limit of memory", lambda: _guarded(settings_of(folder))
    yield "clocks of this machine and the store", lambda: _clocks(settings_of(folder))
    yield "audit log is archived", lambda: _archived(settings_of(folder))
    yield "store is this keyset's, and clients can be read", lambda: _clients(settings_of(folder))
    yield "legal holds", lambda: _holds(settings_of(folder))


def _load(load: Callable[[], object]) -> None:
    load()


def _policy(settings: Settings) -> Policy:
    return Policy.load(settings.policy, development=False)


def _issuers(settings: Settings) -> str | None:
    failed, untried = [], []
    for alias, rule in _policy(settings).rules.issuers.items():
        try:
            said = check_issuer(rule, settings.policy.parent, clock())
        except IssuerFault as fault:
            failed.append(f"\n  {alias}: {fault}")
        else:
            untried += [f"\n  {alias}: {said}"] if said else []
    if failed:
        raise CheckFailed("".join(failed + untried))
    return "".join(untried) or None


def _files(settings: Settings) -> None:
    """Check the modes of the files that decide who may do what, and of the environment file, which has a password."""
    named = [rule.keys for rule in _policy(settings).rules.issuers.values() if not rule.fetched]
    deciding = [settings.policy, *(settings.policy.parent / name for name in named)]
    deciding += [file for file in (settings.redis_tls.authority, settings.redis_tls.certificate) if file]
    deciding += sorted(settings.schemas.iterdir()) if settings.schemas else []
    environment = os.environ.get("MASKING_ENVIRONMENT_FILE")
    secret = [file for file in (Path(environment) if environment else None, settings.redis_tls.key) if file]
    failed = [f"\n  {file}: others can change it. Fix: chmod go-w {file}" for file in deciding if _mode(file) & 0o022]
    failed += [
        f"\n  {file}: others can read it. Fix: chmod 600 {file}"
        for file in secret
        if _mode(file) & (stat.S_IRWXO | stat.S_IWGRP)
    ]
    if failed:
        raise CheckFailed("".join(failed))


def _mode(file: Path) -> int:
    try:
        return stat.S_IMODE(file.stat().st_mode)
    except OSError as error:
        raise CheckFailed(f"{file}: cannot be seen ({error.strerror})") from None


def _store(settings: Settings, *weights: Weight) -> str | None:
    with opened_store(settings, None) as store:
        faults = readiness.look(store)
    found = [fault for fault in faults if fault.weight in weights]
    if found and "advice" in weights and any(fault.weight == "unseen" for fault in found):
        raise CheckFailed("nothing was seen of it")
    if found:
        raise CheckFailed(_listed(found))
    return _listed([fault for fault in faults if fault.weight == "untried" and "loses" in weights]) or None


def _listed(faults: list[Fault]) -> str:
    return "".join(f"\n  {fault.check}: {fault.reason}. Fix: {fault.remedy}" for fault in faults)


def _guarded(settings: Settings) -> None:
    """Check what only a store for production needs."""
    if settings.development:
        return
    failed = []
    if _takes_anyone(settings):
        failed.append(
            "\n  the store accepts connections without a password, for reading and for writing. "
            "Fix: ACL SETUSER default off resetpass, then ACL SAVE or CONFIG REWRITE, on every node"
        )
    with opened_store(settings, None) as store:
        servers = readiness.examine(store) and store.condition
    if servers and not all(server.limit for server in servers.servers):
        failed.append(
            "\n  it has no maxmemory, so the kernel may end it when memory is short. "
            "Fix: CONFIG SET maxmemory, as docs/scaling.md plans it, then CONFIG REWRITE"
        )
    if failed:
        raise CheckFailed("".join(failed))


def _takes_anyone(settings: Settings) -> bool:
    """Return whether the store answers a connection without user and password."""
    url = urlsplit(settings.redis_url)
    store = open_store(settings, urlunsplit((url.scheme, url.netloc.rpartition("@")[2], url.path, url.query, "")))
    store.trust()
    try:
        store.read([(b"GET", GENESIS)])
    except StoreUnavailable:
        return False
    finally:
        store.close()
    return True


def _clocks(settings: Settings) -> None:
    with opened_store(settings, None) as store:
        readiness.examine(store)
        ahead = round(store.clocks.ahead)
    if abs(ahead) > LEEWAY:
        which = "ahead of" if ahead > 0 else "behind"
        raise CheckFailed(
            f"this machine's is {abs(ahead)} s {which} the store's. Fix: see which of them is wrong, and set it; "
            "NTP keeps them together"
        )


def _archived(settings: Settings) -> str | None:
    """Check that the witness does its work, by the archive where that is asked, otherwise by the log in the store."""
    keyring = open_keyring(settings)
    archive = None
    if settings.audit_url and settings.audit_key:
        archive = AskedArchive(settings.audit_url, MessageKey.read(settings.audit_key), clock)
    with opened_store(settings, keyring) as store:
        checkpoints = Checkpoints(store, keyring.audit_signer, settings.state_dir, clock)
        checkpoints.read_newest()
        backlog = Backlog(store, checkpoints, archive, clock)
        backlog.refresh()
    oldest = checkpoints.oldest
    if backlog.lag and backlog.lag.seconds > LAG_SECONDS:
        raise CheckFailed(
            f"the archive is {backlog.lag.seconds} s behind. Fix: start the witness (`audit follow`), or see its log"
        )
    if oldest and clock() - oldest.checkpoint.at > LONG_SECONDS:
        raise CheckFailed(
            "the store has more than a day of it, so nothing deletes what is archived. "
            "Fix: start the witness (`audit follow`), or see its log"
        )
    if archive is None and not settings.development:
        return "MASKING_AUDIT_URL is not set, so a witness that is down is noticed after a day only"
    return None


def _case_check(settings: Settings) -> None:
    policy = _policy(settings)
    check = load_case_check(
        policy.rules.cases.check,
        settings.policy.parent,
        development=settings.development,
        clock=clock,
        random=os.urandom,
        counted=lambda _: None,
    )
    if check is None:
        return
    try:
        check.confirm(DEFAULT_TENANT, "doctor", "doctor", (), None, clock())
    except (UnknownCaseNumber, TicketMismatch):
        return  # a valid answer
    except CaseCheckUnavailable as error:
        why = f" ({error})" if str(error) else ""
        raise CheckFailed(
            f"no signed answer within {TIMEOUT_SECONDS} s{why}. "
            "Fix: check cases.check.url, and that both sides have the key"
        ) from None


def _alerts(settings: Settings) -> None:
    if settings.alert_key is not None:
        MessageKey.read(settings.alert_key)


def _holds(settings: Settings) -> str | None:
    """Return the holds in force: what is kept for them must not be deleted by hand either."""
    policy = Policy.load(settings.policy, development=settings.development)
    told = []
    with opened_registry(settings) as opened:
        for tenant in sorted({DEFAULT_TENANT, *policy.tenants, *(client.tenant for client in opened.registry.clients)}):
            kept = [hold for hold in opened.holds.listed(tenant) if hold.keeps]
            told += [
                f"\n  {hold.name} of tenant {tenant}: {hold.kept} of {hold.waybills} waybills, "
                f"set {rfc3339(hold.set_at)}{', somebody proposed to lift it' if hold.status == 'lifting' else ''}"
                for hold in kept
            ]
    if not told:
        return None
    return "".join(told) + "\n  Delete no segment of the audit archive while a hold is set (docs/holds.md)."


def _clients(settings: Settings) -> None:
    with opened_registry(settings) as opened:
        if not len(opened.registry.clients):
            raise CheckFailed("no client may call yet: python -m masking_service clients add ID --role label-printer")
