"""A desk in this process, over a real Valkey, with the development issuer behind a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import BaseWSGIServer, make_server

from keys.development_issuer import new_private_pem
from masking_console.app import create_app
from masking_console.sessions import Sessions
from masking_console.settings import DEVELOPMENT_ISSUER, Settings
from masking_service.dev.issuer import Issuer, create_issuer

KEY = bytes(range(32))
SECRET = "a client secret of the tests"
URL = "http://127.0.0.1:8081"


@dataclass(frozen=True)
class Served:
    """A WSGI application behind a socket of 127.0.0.1."""

    server: BaseWSGIServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


def serve(app: Flask) -> Iterator[Served]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(server)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer(new_private_pem(), SECRET, f"{URL}/callback")


@pytest.fixture(scope="session")
def issuer_url(issuer: Issuer) -> Iterator[str]:
    for served in serve(create_issuer(issuer)):
        yield served.url


@pytest.fixture
def sessions(valkey: str) -> Sessions:
    return Sessions(valkey, KEY)


@pytest.fixture
def settings(valkey: str, issuer_url: str) -> Settings:
    return Settings(
        url=URL,
        service_url="http://127.0.0.1:1",
        redis_url=valkey,
        session_key=KEY,
        issuer=DEVELOPMENT_ISSUER,
        metadata_url=f"{issuer_url}/.well-known/openid-configuration",
        client_id="desk",
        client_secret=SECRET,
        scope="openid profile",
        development=True,
    )


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_HOST"] = urlsplit(URL).netloc
    client.environ_base["wsgi.url_scheme"] = "https"  # so that the test client keeps cookies that say Secure
    return client
