"""Fetching an issuer's keys over real sockets: whatever goes wrong there, the issuer is unavailable and no more."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from masking_service.service.people import issuer_keys
from masking_service.service.people.errors import IssuerUnavailable
from masking_service.service.people.issuer_keys import FetchedKeys
from masking_service.service.people.issuers import Issuer, Issuers
from tests.certificates import Authority
from tests.http_servers import Handler, served
from tests.service.people.tokens import KEY, NOW, ROLES, jwk, rule, token

Answer = tuple[int, dict[str, str], bytes]  # status, headers, body
Serve = Callable[[Callable[[], Answer]], str]


@pytest.fixture
def jwks_server() -> Iterator[Serve]:
    """Serves a function's answer to every GET."""
    with ExitStack() as servers:

        def serve(answer: Callable[[], Answer]) -> str:
            class Keys(Handler):
                def answer(self) -> None:
                    status, headers, body = answer()
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)

            return servers.enter_context(served(Keys)) + "/jwks"

        yield serve


class TestFetchingOverHttp:
    def test_a_jwks_is_read_from_its_url(self, jwks_server: Serve) -> None:
        body = json.dumps({"keys": [jwk(KEY, kid="a")]}).encode()
        keys = FetchedKeys.from_url(jwks_server(lambda: (200, {}, body)), "ES256")
        believed = Issuers([Issuer(rule(), keys)], ROLES)
        assert believed.authenticate(token({"kid": "a"}), NOW).id == "staff/u-1"

    def test_an_issuer_of_a_company_is_believed_where_the_system_trusts_the_company(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body = json.dumps({"keys": [jwk(KEY, kid="a")]}).encode()

        class Keys(Handler):
            def answer(self) -> None:
                self.send(200, body)

        authority = Authority(tmp_path)
        with served(Keys, authority.vouch_for("issuer")) as url:
            with pytest.raises(IssuerUnavailable):
                FetchedKeys.from_url(url, "ES256").find("a", NOW)
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
            assert FetchedKeys.from_url(url, "ES256").find("a", NOW).key_id == "a"

    @pytest.mark.parametrize(
        "answer",
        [
            (500, {}, b""),
            (302, {"Location": "http://127.0.0.1:9/"}, b""),
            (200, {}, b"<html>"),
            (200, {}, b"[]"),
            (200, {}, b"\xff"),
            (200, {"Content-Length": "100"}, b"{"),
            (200, {}, b"[" * 100_000),
        ],
    )
    def test_whatever_else_comes_back_the_issuer_is_unavailable(self, jwks_server: Serve, answer: Answer) -> None:
        keys = FetchedKeys.from_url(jwks_server(lambda: answer), "ES256")
        with pytest.raises(IssuerUnavailable):
            keys.find("a", NOW)

    def test_a_closed_port_is_unavailable(self) -> None:
        with pytest.raises(IssuerUnavailable):
            FetchedKeys.from_url("http://127.0.0.1:9/jwks", "ES256").find("a", NOW)

    def test_an_endpoint_that_never_answers_is_given_up(
        self, jwks_server: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(issuer_keys, "FETCH_TIMEOUT", 0.2)
        gone = threading.Event()

        def never() -> Answer:
            gone.wait(5)
            return 200, {}, b"{}"

        url = jwks_server(never)
        try:
            with pytest.raises(IssuerUnavailable):
                FetchedKeys.from_url(url, "ES256").find("a", NOW)
        finally:
            gone.set()
