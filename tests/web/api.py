"""The service in this process: requests by any caller, and records to send."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakSet

from flask import Flask
from werkzeug.test import Client, TestResponse

from keys.files import read_secret_file
from masking_service.http.app import create_app
from masking_service.runtime.clock import clock
from masking_service.runtime.intake import Served
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import CREDENTIALS, DEVELOPMENT_ISSUER_KEY
from masking_service.runtime.store_admission import admit_store
from masking_service.runtime.wiring import Parts, assemble
from masking_service.service.acts.state import KeyRegistry
from masking_service.service.people.issuers import mint
from tests.service.people.policies import Edit
from tests.store import stores
from tests.web.people import DESK, OFFICER, PRINTER

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Json = dict[str, Any]

NUMBER, NOW = stores.NUMBER, stores.NOW
SITE = "021001"
"""Where the couriers of a development set-up work."""

VALUES: Json = {
    "sender": {"name": "张三", "phone": "13812345678", "address": "华志路1685号3号楼2单元402室"},
    "recipient": {"name": "欧阳娜娜", "phone": "021-59791234-801", "address": "一号楼二单元三零一"},
    "remark": "放门卫",
}
MASKED: Json = {
    "sender": {"name": "张*", "phone": "*******5678", "address": "华志路1685号3号楼*单元***室"},
    "recipient": {"name": "欧阳**", "phone": "021-******34-***", "address": "一号楼*单元***"},
    "remark": "放门卫",
}
TOKENIZED = tuple(f"/{who}/{kind}" for who in ("sender", "recipient") for kind in ("name", "phone", "address"))


def record(number: str = NUMBER, **change: Any) -> Json:
    """A record of the standard schema; `sender__phone="…"` changes one field, `...` leaves it out."""
    made: Json = {"waybill_no": number, **copy.deepcopy(VALUES)}
    for name, value in change.items():
        *way, last = name.split("__")
        parent = made
        for step in way:
            parent = parent[step]
        if value is ...:
            del parent[last]
        else:
            parent[last] = value
    return made


_CALLED: ContextVar[Served] = ContextVar("called")
_APPLICATIONS: dict[tuple[str, int], Flask] = {}


class _Called:
    """The parts of the service that is being called."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_CALLED.get(), name)


class Application:
    """The application over some parts. Its routes, which take 40 ms to make, are shared by all of a tier."""

    def __init__(self, parts: Served) -> None:
        self.parts = parts
        made = parts.settings.tier, parts.settings.max_body_bytes
        if made not in _APPLICATIONS:
            with self._called():
                _APPLICATIONS[made] = create_app(cast(Served, _Called()))
        self.shared = _APPLICATIONS[made]
        self.wsgi_app: WSGIApplication = self.shared.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.setdefault("REMOTE_ADDR", "127.0.0.1")  # as Flask's own test client does
        with self._called():
            return self.wsgi_app(environ, start_response)

    def test_client(self) -> Client:
        return Client(self, TestResponse)

    @contextmanager
    def _called(self) -> Iterator[None]:
        before = _CALLED.set(self.parts)
        try:
            yield
        finally:
            _CALLED.reset(before)


class Api:
    """Calls the service as any principal of the development set-up.

    `who` is a name of the credentials, any other text to be sent as the bearer's, or None for no credential.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        _MADE.add(parts)
        self.app = Application(parts)
        self.client = self.app.test_client()
        folder = parts.settings.state_dir
        self.credentials: dict[str, str] = json.loads(read_secret_file(folder / CREDENTIALS))
        self.issuer_pem = read_secret_file(folder / DEVELOPMENT_ISSUER_KEY)

    def call(
        self,
        who: str | None,
        method: str,
        path: str,
        body: object = None,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = "application/json",
    ) -> TestResponse:
        sent = dict(headers or {})
        if who is not None:
            sent["Authorization"] = f"Bearer {self.credentials.get(who, who)}"
        if data is None and body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
        kept = content_type if data is not None else None
        # A client of its own: several threads may call at once.
        return self.app.test_client().open(path, method=method, data=data, headers=sent, content_type=kept)

    def post(self, who: str | None, path: str, body: object = None, **more: Any) -> TestResponse:
        return self.call(who, "POST", path, body, **more)

    def get(self, who: str | None, path: str, **more: Any) -> TestResponse:
        return self.call(who, "GET", path, **more)

    def mint(self, role: str | Iterable[str], sub: str = "u-1", **more: Any) -> str:
        """A signed-in person, as `token mint` makes one."""
        roles = [role] if isinstance(role, str) else role
        return mint(self.issuer_pem, sub=sub, roles=roles, **{"ttl": 600, "now": clock(), **more})

    def tokenize(self, *records: Json, who: str = PRINTER, **more: Any) -> list[Json]:
        """The results; the call itself has to succeed."""
        return results(self.post(who, "/v1/tokenize", {"records": records, **more}))

    def mask(self, *records: Any, **more: Any) -> list[Json]:
        return results(self.post(PRINTER, "/v1/mask", {"records": records, **more}))

    def open_case(self, case: str, *waybills: str, who: str = DESK, purpose: str = "dispute", **more: Any) -> Json:
        wanted = {"case": case, "purpose": purpose, "waybills": waybills, "reason": "asked by the sender", **more}
        return content(self.post(who, "/v1/cases", wanted), 201)

    def detokenize(self, *items: Any, who: str = OFFICER, case: str | None = "D-1", **more: Any) -> TestResponse:
        body = {"purpose": "dispute", "case": case, "items": items, **more}
        return self.post(who, "/v1/detokenize", body)

    def opened(self, *items: Any, **more: Any) -> list[Json]:
        return results(self.detokenize(*items, **more))


_MADE: WeakSet[Parts] = WeakSet()
"""The parts of every service that this process calls."""


def settle(*apis: Api) -> None:
    """Wait for what these services have deferred so far; all of this process if none is named.

    A freeze is tried again for 15 seconds where the store does not answer. One that is written when its test has ended
    is in the store of the next one.
    """
    executors = [parts.deferred for parts in ([api.parts for api in apis] or [*_MADE])]
    for executor in executors:
        if executor._threads and not executor._shutdown:
            done = threading.Barrier(executor._max_workers + 1)
            for _ in range(executor._max_workers):
                executor.submit(done.wait)
            done.wait(60)


def started(settings: Settings) -> Api:
    """A process of the service. It keeps its store's lease, as no background here renews it."""
    parts = assemble(settings)
    forget_pending(parts)
    admit_store(parts)
    parts.store.trust()
    return Api(parts)


def forget_pending(parts: Parts) -> None:
    """Remove what processes of earlier tests told each other; they had the same state directory."""
    for file in (parts.settings.state_dir / "freezing").glob("*"):
        file.unlink()


def emptied(shared: Api) -> Api:
    """Return a service that has forgotten what its store held."""
    parts = shared.parts
    parts.checkpoints.trust_store()  # or the empty store would be one that was rolled back
    lists = parts.freezes, parts.holds, parts.incidents, parts.decoys._details
    for known in (*(one._lists.known for one in lists), parts.decoys._phantoms.known):
        known.clear()  # that a list which it saw is gone would be an alarm
    parts.freezes._announced.clear()
    forget_pending(parts)
    forget_keys(parts.keyholders)
    forget_keys(parts.devices)
    parts.recent_entries._tenants.clear()
    parts.denials._windows.clear()  # what was refused in another test is no part of this one's minute
    parts.log._start_chain()  # its chain went with the store; the next entry would be refused
    return shared


def forget_keys(keys: KeyRegistry[Any, Any]) -> None:
    """Let a process forget which keys or devices people have, as one that begins."""
    keys._requests.known.clear()
    keys._person.cache_clear()


Under = Callable[[Edit], Api]
"""Makes a service under an edit of the default policy."""
Clock = Callable[[int], None]
"""Sets what the service and its issuer take for now, in Unix seconds."""
Trips = Callable[[], int]
"""Tells how many exchanges with the store there were since it was last asked."""


def content(answered: TestResponse, status: int = 200) -> Json:
    """Check the status, and return the JSON body."""
    assert answered.status_code == status, answered.text
    found: Json = answered.get_json()
    return found


def results(answered: TestResponse) -> list[Json]:
    found: list[Json] = content(answered)["results"]
    return found


def refusal(answered: TestResponse) -> tuple[int, str]:
    """The status and code of a problem."""
    assert answered.content_type == "application/problem+json", answered.text
    return answered.status_code, answered.get_json()["code"]


def outcome(answered: TestResponse) -> tuple[int, str]:
    """The status, and the code of a problem if it is one."""
    return answered.status_code, answered.get_json().get("code", "")


def without_details(value: Any) -> Any:
    """The same without the sentences that explain failed items."""
    if isinstance(value, dict):
        return {name: without_details(member) for name, member in value.items() if name != "detail"}
    return [without_details(one) for one in value] if isinstance(value, list) else value


def token(value: str) -> Json:
    return {"token": value}


def field(number: str, pointer: str) -> Json:
    return {"waybill_no": number, "field": pointer}


PHONE = field(NUMBER, "/sender/phone")


def stripped(answered: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Everything of an answer that its caller can compare."""
    headers = [(name, value) for name, value in answered.headers if name != "X-Request-Id"]
    return answered.status_code, answered.data, headers
