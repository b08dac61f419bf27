"""Which bindings of a provider are passed on: those that hide both people's numbers."""

from __future__ import annotations

import pytest

from masking_service.service.phone_calls.line import _sound
from masking_service.service.phone_calls.provider import Binding, CallProviderError

OWN = {"13812345678", "02159791234"}


@pytest.mark.parametrize(
    ("dial", "extension", "name"),
    [
        ("70000", None, "1"),
        ("7" * 20, "70000000", "x" * 256),
        ("8613912341234", "5678", "1"),  # four digits may be the same by chance
    ],
)
def test_a_binding_is_a_number_perhaps_an_extension_and_an_id(dial: str, extension: str | None, name: str) -> None:
    binding = Binding(dial, extension, name)

    assert _sound(binding, OWN) is binding


@pytest.mark.parametrize(
    ("dial", "extension", "name"),
    [
        ("1234", None, "1"),
        ("7" * 21, None, "1"),
        ("seventy", None, "1"),
        ("70000000", "", "1"),
        ("70000000", "123456789", "1"),
        ("70000000", None, ""),
        ("70000000", None, "x" * 257),
        ("13812345678", None, "1"),
        ("8613812345678", None, "1"),
        ("138123", "45678", "1"),
        ("70000000", "45678", "1"),
        ("45678", None, "1"),
        ("1381234", "5678", "1"),
    ],
)
def test_one_that_shows_a_number_or_has_another_form_is_refused(dial: str, extension: str | None, name: str) -> None:
    with pytest.raises(CallProviderError, match="invalid-answer"):
        _sound(Binding(dial, extension, name), OWN)
