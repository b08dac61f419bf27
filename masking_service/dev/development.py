"""Makes the set-up of `serve --dev`, never for production.

It has an embedded store, keys, credentials for every role, and an issuer.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import msgspec

from keys import keyset
from keys.development_issuer import new_private_pem
from keys.errors import KeysetError
from keys.files import read_secret_file, write_secret_file
from masking_service.audit.actions import Action
from masking_service.dev.child import Witness
from masking_service.dev.embedded import EmbeddedServer
from masking_service.dev.issuer import PEOPLE
from masking_service.dev.tiers import IntakeHost
from masking_service.runtime.administration import OpenRegistries, opened_registry
from masking_service.runtime.clock import clock, today
from masking_service.runtime.settings import Settings, SettingsError
from masking_service.runtime.state_files import CREDENTIALS, DEVELOPMENT_ISSUER_KEY, SERVED_POLICY, write_public_key
from masking_service.service.people.clients import KEY_BYTES, SNAPSHOT, ApiKey, Clients, key_bytes, key_text
from masking_service.service.people.errors import Unauthenticated
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import DEFAULT_TENANT, Principal, client_principal_id
from masking_service.service.people.rules import DEVELOPMENT_ALIAS
from masking_service.service.phone_calls.line import DEVELOPMENT_KEY
from masking_service.service.phone_calls.state import Callers
from masking_service.store.errors import StoreUnavailable

SITES = ("021001",)
SECOND_PEOPLE = ("dispute-officer", "supervisor", "service-desk", "courier")
NO_PHONE = "01010000"
"""Begins the numbers of invented people. In Beijing (010) no subscriber's number begins with 1."""
OTHER_TENANT = {"other-tenant-printer": "label-printer", "other-tenant-officer": "dispute-officer"}


class Development:
    """A development set-up while it runs.

    Args:
        environment: the settings; without ``MASKING_REDIS_URL`` the embedded store runs.
        split: whether an intake host runs as a child, and this is the opening tier.
    """

    def __init__(self, environment: dict[str, str], *, split: bool = False, workers: int | None = None) -> None:
        self.settings = Settings.read(environment, development=True)
        self._embedded = None if self.settings.redis_url else EmbeddedServer(self.settings.state_dir)
        self._split, self._workers = split, workers
        self._looked_after: list[Callable[[], None]] = []
        self._running = ExitStack()

    def __enter__(self) -> Self:
        folder = self.settings.state_dir
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_keys(folder)
        (folder / SERVED_POLICY).write_text(f"{self.settings.policy.resolve()}\n", "utf-8")
        with self._running:
            if self._embedded is not None:
                self._run(self._embedded, self._embedded.revive)
                self.settings = replace(self.settings, redis_url=self._embedded.url)
            self._register_people()
            witness = Witness(self.settings)
            self._run(witness, witness.look_after)
            if self._split:
                intake = IntakeHost(self.settings, self._workers)
                self._run(intake, intake.look_after)
                self.settings = intake.opening
            self._running = self._running.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _run(self, child: EmbeddedServer | Witness | IntakeHost, look_after: Callable[[], None]) -> None:
        child.start()
        self._running.callback(child.stop)
        self._looked_after.append(look_after)

    def _register_people(self) -> None:
        """Register a client with a key for each person. A store that is down can wait where that was done before.

        Raises:
            StoreUnavailable: there are no credentials yet, and none can be made.
        """
        try:
            with opened_registry(self.settings, may_claim=True) as opened:
                write_public_key(self.settings.state_dir, opened.keyring)
                _make_credentials(self.settings.state_dir / CREDENTIALS, opened)
                _register_callers(opened)
        except StoreUnavailable:
            if not (self.settings.state_dir / CREDENTIALS).exists():
                raise

    def look_after(self) -> None:
        """Restart the store, the witness or the intake host if it died.

        Never waits. Call it all the time, in the main thread.

        Raises:
            EmbeddedServerError, OSError: it could not be started now.
        """
        for look_after in self._looked_after:
            look_after()


def people(policy: Policy) -> dict[str, dict[str, Any]]:
    """Return the clients of a development set-up by id: one for each role, second ones, and another tenant's."""
    roles = {role: role for role in policy.rules.roles}
    roles |= {f"{role}-2": role for role in SECOND_PEOPLE if role in policy.rules.roles}
    roles |= {name: role for name, role in OTHER_TENANT.items() if role in policy.rules.roles}
    return {
        name: {
            "role": role,
            "tenant": "other" if name in OTHER_TENANT else "default",
            "sites": SITES if policy.rules.roles[role].scope == "custody" else (),
        }
        for name, role in roles.items()
    }


def _register_callers(opened: OpenRegistries) -> None:
    """Put a number on file for each person who may call, where there is none."""
    policy = opened.policy
    who = [
        *((client_principal_id(name), how["role"], how["tenant"]) for name, how in people(policy).items()),
        *((f"{DEVELOPMENT_ALIAS}/{sub}", role, DEFAULT_TENANT) for sub, (_, role) in PEOPLE.items()),
    ]
    numbers: dict[str, dict[str, str | None]] = {}
    for at, (principal, role, tenant) in enumerate(who):
        caller = Principal(principal, tenant, (role,), frozenset(), "key")
        if policy.permits(caller, Permission.CALL_MAKE) and opened.state(Callers).number(caller) is None:
            numbers.setdefault(tenant, {})[principal] = f"{NO_PHONE}{at:03}"
    for tenant, of_tenant in numbers.items():
        opened.import_callers(tenant, of_tenant)


def _make_keys(folder: Path) -> None:
    """Make the keys at the first start only. Data without keys is refused, not overwritten."""
    path = folder / "keyset.json"
    if not path.exists():
        held = [name for name in ("valkey", SNAPSHOT, CREDENTIALS) if (folder / name).exists()]
        if held:
            raise KeysetError(
                f"{path}: is missing, and {folder} holds data that only it can open ({', '.join(held)}). "
                "Put the keyset back, or choose another directory."
            )
        keyset.create(path, made_for="development", today=today())
    issuer = folder / DEVELOPMENT_ISSUER_KEY
    if not issuer.exists():
        write_secret_file(issuer, new_private_pem(), replace=False)
    calls = folder / DEVELOPMENT_KEY
    if not calls.exists():
        write_secret_file(calls, os.urandom(KEY_BYTES).hex().encode() + b"\n", replace=False)


def _read_credentials(path: Path) -> dict[str, str]:
    """Return the API keys of the clients, by name. Raises SettingsError, KeysetError."""
    try:
        held = msgspec.json.decode(read_secret_file(path), type=dict[str, str])
        for text in held.values():
            key_bytes(text)
    except (msgspec.DecodeError, UnicodeDecodeError, Unauthenticated):
        raise SettingsError(
            f"{path} is damaged: it has to be a JSON object of client names and API keys. "
            "Remove it; the next start makes new keys."
        ) from None
    return held


def _make_credentials(path: Path, opened: OpenRegistries) -> None:
    """Give each client an API key in ``credentials.json``. Keys that are there stay valid."""
    held = _read_credentials(path) if path.exists() else {}
    wanted = people(opened.policy)
    credentials = {name: held.get(name) or key_text(os.urandom(KEY_BYTES)) for name in wanted}
    now = clock()

    def register(clients: Clients) -> Clients:
        known = {client.id: client for client in clients}
        digests = {
            name: opened.keyring.api_key_digest(key_bytes(text), clients.pepper) for name, text in credentials.items()
        }
        for name, how in wanted.items():
            if name not in known:
                key = ApiKey.new(digests[name], now)
                clients = clients.add(name, how["role"], key, tenant=how["tenant"], sites=how["sites"])
                continue
            try:
                clients.authenticate(digests[name], "127.0.0.1", now)
            except Unauthenticated:
                for key in known[name].keys:
                    clients = clients.revoke_key(name, key.id)
                clients = clients.add_key(name, ApiKey.new(digests[name], now))
        return clients

    if register(opened.registry.clients).to_state() != opened.registry.clients.to_state():
        opened.change(Action.CLIENT_ADD, "", register)
    if credentials != held:
        content = msgspec.json.format(msgspec.json.encode(credentials), indent=2)
        write_secret_file(path, content + b"\n", replace=True)
