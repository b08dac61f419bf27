"""Reads what a certificate says of itself. Nothing here verifies one."""

from cryptography import x509


def is_certificates(pem: bytes) -> bool:
    """Return whether a file holds at least one certificate in PEM."""
    try:
        return bool(x509.load_pem_x509_certificates(pem))
    except ValueError:
        return False


def certificate_ends(der: bytes) -> float:
    """Return when a certificate ends, in Unix seconds.

    Raises:
        ValueError: it is no certificate.
    """
    return x509.load_der_x509_certificate(der).not_valid_after_utc.timestamp()
