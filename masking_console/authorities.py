"""Which certificate authorities vouch for the servers that the desk calls."""

import ssl
from pathlib import Path

import requests


def new_http(authority: Path | None) -> requests.Session:
    """Connections to servers of one authority; see `trust`. Nothing of the environment changes them."""
    http = requests.Session()
    trust(http, authority)
    return http


def trust(http: requests.Session, authority: Path | None) -> None:
    """Let a session accept certificates that this file's authorities signed; without a file, the system's."""
    system = ssl.get_default_verify_paths()
    found = authority or system.cafile or system.capath
    http.verify = str(found) if found else True
    http.trust_env = False


def certificate_fault(error: BaseException) -> str:
    """Return why a server's certificate was refused, in OpenSSL's words; "" after another failure."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else ""
