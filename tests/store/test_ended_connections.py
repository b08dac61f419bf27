"""Servers that end an encrypted connection once it is made, before they answer."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from masking_service.store.errors import StoreUnavailable
from masking_service.store.urls import Tls
from tests.certificates import Authority
from tests.store import stores

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER, by which closing a socket resets its connection."""


@pytest.fixture
def resetting(tmp_path: Path) -> Iterator[tuple[str, Tls]]:
    """The URL of a server that makes each handshake and then resets the connection, and the files to reach it with."""
    authority = Authority(tmp_path)
    own = authority.vouch_for("server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    accepted, _ = listener.accept()
                except OSError:  # the test is over
                    return
                with context.wrap_socket(accepted, server_side=True) as connection:
                    connection.recv(1)  # of the first command: the handshake is done on both sides
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"rediss://:password@127.0.0.1:{listener.getsockname()[1]}/0", Tls(authority.file)
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_the_refusal_names_the_encrypted_connection(resetting: tuple[str, Tls]) -> None:
    url, files = resetting

    with pytest.raises(StoreUnavailable) as fault:
        stores.admitted(url, tls=files).read([(b"GET", b"wm:k")])

    assert (fault.value.reason, fault.value.detail) == ("tls", "the server ended the connection")
