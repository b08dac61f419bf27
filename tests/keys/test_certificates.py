"""The certificate of a host is the same each time, and has no end of its own."""

from datetime import UTC, datetime

from cryptography import x509

from keys.certificates import certificate_ends, self_signed, to_der

OF_ZEROS = """\
-----BEGIN CERTIFICATE-----
MIH3MIGqoAMCAQICEAnPHKBzJapIuRBEbNBroLEwBQYDK2VwMBQxEjAQBgNVBAMM
CW9wZW5pbmctMTAgFw0yNjAxMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1OVowFDES
MBAGA1UEAwwJb3BlbmluZy0xMCowBQYDK2VwAyEAO2onvM62pC1io6jQKm8Nc2Uy
FXcd4kOmOsBIoYtZ2imjEDAOMAwGA1UdEwEB/wQCMAAwBQYDK2VwA0EAnzMRwx/w
eWrAkVRfS62+nwnYkgfRX0V5pQNh9Z8tDS3IwHgbkxM+7u5C4alSqXyD45xpZOhI
keZnUB69EfktBw==
-----END CERTIFICATE-----
"""


def test_a_certificate_is_valid_from_2026_and_has_no_fixed_end() -> None:
    pem = self_signed(bytes(32), "opening-1")
    found = x509.load_pem_x509_certificate(pem.encode())

    assert pem == OF_ZEROS
    assert (found.not_valid_before_utc, found.not_valid_after_utc) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),  # RFC 5280, 4.1.2.5
    )
    assert certificate_ends(to_der(pem)) == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
    assert found.issuer == found.subject == x509.Name([x509.NameAttribute(x509.OID_COMMON_NAME, "opening-1")])
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(
        ca=False, path_length=None
    )
