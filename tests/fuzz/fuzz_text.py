"""Fuzzes every mask: none may raise, and none may change its own result.

Run it where atheris is installed, for as long as you like::

    python tests/fuzz/fuzz_text.py -max_total_time=120 -max_len=200
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

atheris: Any = importlib.import_module("atheris")  # ships no types, and only the fuzzer needs it

with atheris.instrument_imports(include=["masking_service"]):
    from masking_service.domain.addresses import mask_address
    from masking_service.domain.hidden import hidden_form
    from masking_service.domain.names import mask_name
    from masking_service.domain.phones import mask_phone, phone_numbers
    from masking_service.domain.text import scrub


def try_all(data: bytes) -> None:
    value = data.decode("utf-8", "ignore")
    scrubbed = scrub(value)
    assert scrub(scrubbed) is scrubbed
    for keep in (0, 4):
        phone = mask_phone(value, keep)
        assert mask_phone(phone, keep) == phone
    for hide in ("given", "all"):
        name = mask_name(value, hide)
        assert mask_name(name, hide) == name
    for hide in ("unit", "detail", "all"):
        address = mask_address(value, hide)
        assert mask_address(address, hide) == address
    phone_numbers(value)
    for kind in ("name", "phone", "address", "unit", "text"):
        hidden_form(kind, value)


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_all)
    atheris.Fuzz()
