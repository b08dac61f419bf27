"""Wherever an encrypted connection fails, the reason is said in OpenSSL's words, without a name or an address."""

import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys.files import write_secret_file
from keys.messages import MessageKey
from masking_service.audit.asking import AskedArchive
from masking_service.audit.errors import ArchiveUnavailable
from masking_service.outbound import Outbound, OutboundError
from masking_service.service.cases.case_check import load_case_check
from masking_service.service.cases.problems import CaseCheckUnavailable
from masking_service.service.people.errors import IssuerUnavailable
from masking_service.service.people.issuer_keys import FetchedKeys
from masking_service.service.people.rules import CheckRule
from masking_service.store.reasons import words
from masking_service.tls_faults import tls_reason
from tests.certificates import Authority
from tests.http_servers import Handler, served
from tests.service.people.tokens import NOW

UNKNOWN = "unable to get local issuer certificate"


class Silent(Handler):
    def answer(self) -> None:
        self.send(200)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[str]:
    """The URL of a server of which no authority is known here."""
    with served(Silent, Authority(tmp_path).vouch_for("stranger")) as url:
        yield url


def test_an_issuer(stranger: str) -> None:
    with pytest.raises(IssuerUnavailable) as refused:
        FetchedKeys.from_url(stranger, "ES256").find("k1", NOW)

    assert refused.value.reason == UNKNOWN


def test_a_ticket_system(stranger: str, tmp_path: Path) -> None:
    write_secret_file(tmp_path / "check.key", b"k" * 64, replace=False)
    rule = CheckRule(stranger, "check.key", pending_on_failure=False, again_after=900, by_assignee=False)
    check = load_case_check(
        rule, tmp_path, development=False, clock=lambda: NOW, random=os.urandom, counted=lambda _: None
    )
    assert check is not None
    with pytest.raises(CaseCheckUnavailable) as refused:
        check.confirm("default", "D-1", "dispute", (), None, NOW)

    assert refused.value.reason == UNKNOWN


def test_an_archive(stranger: str) -> None:
    with pytest.raises(ArchiveUnavailable) as refused:
        AskedArchive(stranger, MessageKey(b"k" * 64), lambda: NOW).newest_checkpoint()

    assert words(refused.value)[0].endswith(f"(archive: {UNKNOWN})")


def test_what_is_not_for_this_name_is_told_without_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with served(Silent, authority.vouch_for("another")) as url:
        way = Outbound(url.replace("127.0.0.1", "localhost"), name="asked", seconds=2, at_once=1, wait=0)
        with pytest.raises(OutboundError) as refused:
            way.ask(b"", {})

    assert str(refused.value) == "the certificate is for another name or address"


def test_the_certificates_of_the_tests_pass_the_check_of_python_3_13(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = ssl.create_default_context(cafile=authority.file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with (
        served(Silent, authority.vouch_for("server")) as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as tls,
    ):
        assert tls.getpeercert()


def test_other_faults_have_no_such_reason() -> None:
    assert tls_reason(ConnectionRefusedError(111, "Connection refused")) == ""
