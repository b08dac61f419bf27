"""A desk in this process, over a real Valkey, with the development issuer and the service behind real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wsgi import LimitedStream

from keys.development_issuer import new_private_pem
from masking_console.app import create_app
from masking_console.guards import SESSION_COOKIE
from masking_console.session_key import SessionKey
from masking_console.sessions import Session, Sessions
from masking_console.settings import DEVELOPMENT_ISSUER, Settings
from masking_service.dev.development import Development
from masking_service.dev.embedded import EmbeddedServer
from masking_service.dev.issuer import DevelopmentIssuer, create_issuer
from masking_service.runtime import settings as service_settings
from tests.certificates import Certificate
from tests.service.people.policies import TEXT, edited
from tests.web.api import Api, Application, started
from tests.web.proving import proven
from tests.web.signing import signed

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

KEY = bytes(range(32))
SECRET = "a client secret of the tests"
URL = "http://127.0.0.1:8081"


class _Compiled(BytecodeCache):
    """Keeps compiled templates: each test has a desk of its own, and would compile for a tenth of a second."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def desk(settings: Settings) -> Flask:
    """Make the desk's application."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = _COMPILED
    return app


@dataclass(frozen=True)
class Served:
    """A WSGI application behind a socket of 127.0.0.1."""

    server: BaseWSGIServer

    @property
    def url(self) -> str:
        return f"{'https' if self.server.ssl_context else 'http'}://127.0.0.1:{self.server.server_port}"


def serve(app: Flask | Application, certificate: Certificate | None = None) -> Iterator[Served]:
    """Serve an application, with a certificate over TLS."""
    files = (str(certificate.certificate), str(certificate.key)) if certificate else None
    server = make_server("127.0.0.1", 0, _with_the_end_of_the_body(app), threaded=True, ssl_context=files)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield Served(server)
    server.shutdown()
    thread.join()
    server.server_close()


def _with_the_end_of_the_body(application: WSGIApplication) -> WSGIApplication:
    """End a body after its length, as gunicorn does and Werkzeug's server does not."""

    def limited(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = LimitedStream(environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or 0))
        return application(environ, start_response)

    return limited


@pytest.fixture(scope="session")
def issuer() -> DevelopmentIssuer:
    return DevelopmentIssuer(new_private_pem(), SECRET, f"{URL}/callback")


@pytest.fixture(scope="session")
def issuer_url(issuer: DevelopmentIssuer) -> Iterator[str]:
    for served in serve(create_issuer(issuer)):
        yield served.url


@pytest.fixture
def sessions(valkey: str) -> Sessions:
    return Sessions(valkey, lambda: KEY)


@pytest.fixture
def session_key(tmp_path: Path) -> SessionKey:
    path = tmp_path / "session-key"
    path.write_text(KEY.hex())
    path.chmod(0o600)
    return SessionKey(path)


@pytest.fixture
def settings(valkey: str, issuer_url: str, session_key: SessionKey) -> Settings:
    return Settings(
        url=URL,
        service_url="http://127.0.0.1:1",
        redis_url=valkey,
        session_key=session_key,
        issuer=DEVELOPMENT_ISSUER,
        metadata_url=f"{issuer_url}/.well-known/openid-configuration",
        client_id="desk",
        client_secret=SECRET,
        scope="openid profile",
        resource="",
        redis_ca=None,
        issuer_ca=None,
        service_ca=None,
        timezone="Asia/Shanghai",
        development=True,
        company="",
        contact="",
        metrics_port=0,
    )


@pytest.fixture
def app(settings: Settings) -> Flask:
    return desk(settings)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_HOST"] = urlsplit(URL).netloc
    client.environ_base["wsgi.url_scheme"] = "https"  # so that the test client keeps cookies that say Secure
    return client


@dataclass(frozen=True)
class Work:
    """A desk over a service in this process."""

    api: Api
    app: Flask

    def browser(self, role: str, sub: str = "p-1") -> FlaskClient:
        """The browser of a person who is signed in, on the desk's own pages."""
        now = int(time.time())
        token = self.api.mint(role, sub)
        session = Session(sub=sub, access_token=token, expires_at=now + 600, began_at=now, seen_at=now)
        client = self.app.test_client()
        client.environ_base |= {"wsgi.url_scheme": "https", "HTTP_SEC_FETCH_SITE": "same-origin"}
        client.set_cookie(SESSION_COOKIE, self.app.extensions["desk"].sessions.begin(session))
        return client


@pytest.fixture(scope="session")
def development(embedded: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> service_settings.Settings:
    """A development set-up of the service, made once."""
    embedded.start()
    with redis.Redis.from_url(embedded.url) as client:
        client.flushall()
    folder = tmp_path_factory.mktemp("state")
    with Development({"MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": embedded.url}) as made:
        return made.settings


@pytest.fixture
def signing_work(development: service_settings.Settings, settings: Settings, tmp_path: Path) -> Iterator[Work]:
    """A desk over a service: every act is signed, new keys wait for a day, and proofs name the service's address."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(TEXT, "utf-8")
    (development.state_dir / "checkpoint.json").unlink(missing_ok=True)
    api = started(replace(development, policy=policy))
    for served in serve(api.app):
        edits = signed(waiting="1d"), proven([], urls=[served.url])
        policy.write_text(edited(lambda text, edits=edits: [edit(text) for edit in edits]), "utf-8")  # type: ignore[misc]  # the edits of this turn of the loop
        api.parts.reload_policy()
        yield Work(api, desk(replace(settings, service_url=served.url)))


@pytest.fixture
def work(development: service_settings.Settings, settings: Settings) -> Iterator[Work]:
    (development.state_dir / "checkpoint.json").unlink(missing_ok=True)
    api = started(development)
    for served in serve(api.app):
        yield Work(api, desk(replace(settings, service_url=served.url)))
