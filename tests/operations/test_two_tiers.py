"""The two tiers of examples/compose-tiers.yaml, without containers.

The same programs run with the settings, options, rights and configuration of the shipped files, set up by
the commands in its comment: a Valkey with its ACL file, the service in both tiers, and nginx. Only addresses, and where
files are, differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from keys.aead import HOUR_FORMAT
from tests import programs
from tests.e2e.processes import GUNICORN, Running, command, wait_for
from tests.proxy import PLAIN, ROOT, SHIPPED, Proxy
from tests.servers import HOST, Node, free_ports

pytestmark = [pytest.mark.timeout(300), pytest.mark.needs("nginx")]
PATIENCE = 60.0
RECORD = {"waybill_no": "SF1234567890", "sender": {"name": "张三", "phone": "13812345678"}}
ONE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
TWO: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "compose-tiers.yaml").read_text())["services"]
COMMENT = (ROOT / "examples" / "compose-tiers.yaml").read_text().partition("\nservices:")[0].replace("\n#", "\n")
USERS = {"waybill": "redis.acl", "waybill-intake": "redis-intake.acl"}


class Site:
    """All programs of the two files.

    Attributes:
        store: the server, with a client of a user who may do all.
        tiers: the processes, by the names of their services.
        proxy: what label systems and staff reach.
        printer: the API key of a label printer.
        stop: ends them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with ExitStack() as started:
            self._start(started)
            self.stop = started.pop_all().close

    def _start(self, started: ExitStack) -> None:
        folder = self._folder
        self.store = self._store()
        started.callback(self.store.end)
        self._ports = dict(zip(("service", "intake", "metrics", "forward"), free_ports(4), strict=True))
        settings = {"MASKING_STATE_DIR": str(folder / "service"), "MASKING_REDIS_URL": self._url("waybill")}
        command("keys", "init", **settings)
        (folder / "intake").mkdir(mode=0o700)
        for words in re.findall(r"service python -m masking_service (.+)", COMMENT):
            printed = command(*words.replace("/intake/", f"{folder}/intake/").split(), **settings)
            if words.startswith("clients add"):
                self.printer = printed
        self.tiers: dict[str, Running] = {}
        for name, user in zip(("service", "intake"), USERS, strict=True):
            self.tiers[name] = self._tier(name, user)
            started.callback(self.tiers[name].stop)
        self.proxy = self._proxy()
        started.callback(self.proxy.stop)

    def _store(self) -> Node:
        acl = self._folder / "users.acl"
        lines = [
            (ROOT / "examples" / file).read_text().replace("resetpass", f">{user}-password")
            for user, file in USERS.items()
        ]
        off = "user default off ~* &* +@all\n"
        acl.write_text(off + "".join(lines) + "user tester on >tester-password ~* &* +@all\n")
        options = [word for option in ONE["store"]["command"][1:] for word in option.split()]
        store = Node(self._folder, arguments=[str(acl) if word.startswith("/run/") else word for word in options])
        store.client = redis.Redis(host=HOST, port=store.port, username="tester", password="tester-password")
        return store.start()

    def _url(self, user: str) -> str:
        return f"redis://{user}:{user}-password@{HOST}:{self.store.port}/0"

    def _tier(self, name: str, user: str) -> Running:
        """Start a service as the files say: their environment, the user of its env_file, its volume."""
        here = {
            "0.0.0.0:8080": f"{HOST}:{self._ports[name]}",
            "0.0.0.0:8443": f"{HOST}:{self._ports['forward']}",
            "0.0.0.0:9080": f"{HOST}:{self._ports['metrics']}",
            "https://10.0.0.5:8443": f"https://{HOST}:{self._ports['forward']}",
        }
        given = {**ONE.get(name, {}).get("environment", {}), **TWO[name]["environment"]}
        folder = self._folder / name
        settings = {"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": self._url(user), "MASKING_WORKERS": "1"}
        settings |= {setting: here.get(value, value) for setting, value in given.items()}
        folder.mkdir(exist_ok=True)
        return Running(GUNICORN, folder, settings, self._ports[name])

    def _proxy(self) -> Proxy:
        """Start nginx with the configuration that the comment makes."""
        [line] = re.findall(r"(sed .+)>state/nginx\.conf", COMMENT)
        together = self._folder / "tiers.conf"
        together.write_text(programs.run("sh", "-c", line, cwd=ROOT).stdout)
        here = {**PLAIN, "    server 10.0.1.12:8080 max_conns=40 max_fails=1 fail_timeout=2s;\n": ""}
        for name in ("service", "intake"):
            address = TWO[name]["networks"]["front"]["ipv4_address"]
            assert f"server {address}:8080" in together.read_text()
            here[f"{address}:8080"] = f"{HOST}:{self._ports[name]}"
        return Proxy(self._folder / "nginx", 0, here, {**SHIPPED, "masking.conf": together})

    def ready(self, name: str) -> bool:
        return self.tiers[name].status(None, "GET", "/readyz") == 200


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    try:
        for name in made.tiers:
            wait_for(lambda name=name: made.ready(name), f"{name} is ready", PATIENCE)
        yield made
    finally:
        made.stop()


def through_proxy(site: Site, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Status and answer of a label system that reaches the proxy."""
    status, _, content = site.tiers["intake"].call(site.printer, method, path, body, site.proxy.port)
    return status, json.loads(content)


def test_labels_are_stored_by_the_tier_that_cannot_open_and_known_ones_settled_by_the_other(site: Site) -> None:
    answers = [through_proxy(site, "POST", "/v1/tokenize", {"records": [RECORD]}) for _ in range(2)]

    first, again = (content["results"][0] for _, content in answers)
    assert [status for status, _ in answers] == [200, 200]
    assert (first["created"], again["created"], again["tokens"]) == (True, False, first["tokens"])
    stored = [site.store.client.get(key) for key in site.store.client.scan_iter("wm:{????????????????}0")]
    assert [value[0] for value in stored if isinstance(value, bytes)] == [HOUR_FORMAT]


def test_each_tier_serves_its_own_calls_and_the_proxy_sends_them_there(site: Site) -> None:
    batch = {"records": [RECORD]}

    masked = through_proxy(site, "POST", "/v1/mask", batch)
    me = through_proxy(site, "GET", "/v1/me")
    refused = through_proxy(site, "POST", "/v1/detokenize", {"items": []})

    assert (masked[0], me[0], me[1]["principal"], refused[0]) == (200, 200, "client/printer", 403)
    assert site.tiers["intake"].status(site.printer, "GET", "/v1/me") == 404
    assert site.tiers["service"].status(site.printer, "POST", "/v1/tokenize", batch) == 404


def test_no_program_asks_the_store_for_what_the_shipped_rights_deny(site: Site) -> None:
    through_proxy(site, "POST", "/v1/tokenize", {"records": [{**RECORD, "waybill_no": "SF1234567891"}]})
    wait_for(lambda: all(map(site.ready, site.tiers)), "both tiers are ready", PATIENCE)

    assert site.store.client.acl_log() == []
