"""A service in two tiers, in this process: an intake host, the opening tier, and real TLS between them."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import redis
from werkzeug.test import Client

from keys import tiers
from keys.files import read_secret_file
from keys.keyset import load
from keys.keyset_file import HostEntry
from masking_service.dev.development import Development
from masking_service.runtime.clock import clock
from masking_service.runtime.intake import IntakeParts
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import CREDENTIALS
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import Parts
from masking_service.server.forward_port import ForwardPort
from masking_service.service.people.principals import Principal, service_principal
from masking_service.service.tiers.resubmit import HOST_FACTOR, Resubmit, of_host
from masking_service.shipped import ROOT
from tests.service.people.policies import TEXT, edited
from tests.web.api import Api, Application

TODAY = "2026-11-29"
HOST = "intake-1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Split:
    """Both tiers.

    Attributes:
        folder, intake_folder: the state directories.
        opening: the opening tier, as the tests of the HTTP interface call it.
        intake: the parts of the intake host.
    """

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.state_dir
        self.intake_folder = self.folder / "intake"
        self.entry = msgspec.json.decode((self.intake_folder / "entry").read_bytes(), type=HostEntry)
        address = "127.0.0.1", free_port()
        self._policy = settings.policy
        self.opening_settings = replace(settings, tier="opening", forward_address=address)
        self.intake_settings: Settings = replace(
            settings,
            tier="intake",
            state_dir=self.intake_folder,
            opening_url=f"https://127.0.0.1:{address[1]}",
        )
        self.opening = Api(Parts(self.opening_settings, open_keyring(self.opening_settings)))
        self._port = ForwardPort(address, self.opening.parts)
        self._port.start()
        self.credentials: dict[str, str] = json.loads(read_secret_file(self.folder / CREDENTIALS))
        admit_store(self.opening.parts)
        restored = self.opening.parts.registry.prepare_restore()
        if restored is not None:
            restored.write()
        self.learn()
        self.intake = self.another_intake()

    def close(self) -> None:
        self._port.stop()
        self.opening.parts.store.close()
        self.intake.store.close()

    def learn(self) -> None:
        """Let the opening tier learn what it knows once a second, and publish it."""
        parts = self.opening.parts
        admit_store(parts)
        parts.registry.refresh()
        parts.freezes.refresh(parts.tenants)
        parts.key_watch.reload()
        parts.publish()

    def another_intake(self) -> IntakeParts:
        """Start another process of the intake host."""
        parts = IntakeParts(self.intake_settings, open_keyring(self.intake_settings))
        parts.lifetime.ends_at += 3600  # a slow test may pass the end of an hour
        parts.admit_store()
        return parts

    def adopt(self) -> None:
        """Let the opening tier take over its changed keyset file."""
        self.opening.parts.keyring.adopt(load(self.opening_settings.keyset))

    @property
    def now(self) -> int:
        return clock()

    @property
    def exchanges(self) -> int:
        """How often the intake host asked the opening tier."""
        return self.intake.forwarding.exchanges

    def stop_opening(self) -> None:
        self._port.stop()

    def keep_indexes(self) -> None:
        """Let both tiers keep both search indexes."""
        self._policy.write_text(edited(lambda p: p.update(search={"phone": True, "last4": True})), "utf-8")
        self.opening.parts.reload_policy()
        self.intake.reload_policy()

    def become_a_stranger(self) -> None:
        """Let the intake host have keys that the opening tier does not know."""
        path = self.intake_folder / "keyset.json"
        path.unlink()
        tiers.make_intake_keyset(load(self.opening_settings.keyset), "stranger", path, TODAY)
        self.intake.store.close()
        self.intake = self.another_intake()

    def in_one_tier(self) -> Api:
        """Start the service in one tier, over the same store, with the same keyset."""
        settings = replace(self.opening_settings, tier="all", forward_address=None)
        parts = Parts(settings, open_keyring(settings))
        admit_store(parts)
        parts.registry.refresh()
        return Api(parts)

    @contextmanager
    def limited_to_shipped_rights(self) -> Iterator[redis.Redis]:
        """Let the intake host use the store as the user of `examples/redis-intake.acl`. Yields one who may do all."""
        with redis.Redis.from_url(self.opening_settings.redis_url) as client:
            shipped = (ROOT / "examples" / "redis-intake.acl").read_text().split()[2:]
            client.execute_command("ACL", "SETUSER", "waybill-intake", *shipped, ">secret")
            url = urlsplit(self.intake_settings.redis_url)
            user = f"{url.scheme}://waybill-intake:secret@{url.netloc.rpartition('@')[2]}{url.path}"
            self.intake.store.close()
            self.intake_settings = replace(self.intake_settings, redis_url=user)
            self.intake = self.another_intake()
            try:
                yield client
            finally:
                client.execute_command("ACL", "DELUSER", "waybill-intake")

    def spend_host_budget(self) -> None:
        """Spend the conflicts that all clients have through the intake host."""
        parts = self.opening.parts
        grant = parts.acting.policy.grant(
            Principal("client/x", "default", ("label-printer",), frozenset(), "key"),
            "waybill:tokenize",
            profile="label",
        )
        budgets = parts.acting.of(Resubmit).budgets
        for _ in range(HOST_FACTOR):
            budgets.reserve(service_principal(f"intake-{HOST}"), of_host(grant), 100, self.now)

    @property
    def client(self) -> Client:
        return Application(self.intake).test_client()

    def send(self, path: str, body: object, who: str = "label-printer") -> tuple[int, Any]:
        """Call the intake host; return status and answer."""
        answered = self.client.post(path, json=body, headers={"Authorization": f"Bearer {self.credentials[who]}"})
        return answered.status_code, answered.json

    def tokenize(self, *records: object, who: str = "label-printer", **options: object) -> list[Any]:
        """Tokenize at the intake host; return the results."""
        status, answered = self.send("/v1/tokenize", {"profile": "label", "records": records, **options}, who)
        assert status == 200, answered
        results: list[Any] = answered["results"]
        return results


def set_up(folder: Path, url: str) -> Settings:
    """Make the keys and people of both tiers, once."""
    with Development({"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": url}) as made:
        settings = made.settings
    (folder / "intake").mkdir()
    opened = tiers.begin_split(settings.keyset, TODAY)
    entry = tiers.make_intake_keyset(opened, HOST, folder / "intake" / "keyset.json", TODAY)
    tiers.enrol(settings.keyset, entry, TODAY)
    (folder / "intake" / "entry").write_bytes(msgspec.json.encode(entry))
    (folder / "policy.yaml").write_text(TEXT, "utf-8")
    (folder / "checkpoint.json").unlink(missing_ok=True)  # of a store that each test empties
    return settings


@contextmanager
def split_service(settings: Settings, folder: Path) -> Iterator[Split]:
    """Start both tiers over an empty store, with a copy of a set-up."""
    shutil.copytree(settings.state_dir, folder, dirs_exist_ok=True)
    made = Split(replace(settings, state_dir=folder, policy=folder / "policy.yaml"))
    try:
        yield made
    finally:
        made.close()
