"""Every use case gets, under the name of each part, an object of the class that it names for it."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from keys import keyset
from keys.development_issuer import new_private_pem
from keys.files import write_secret_file
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY
from masking_service.runtime.wiring import assemble
from masking_service.service.phone_calls.line import DEVELOPMENT_KEY


def parts_of(one: object, path: str) -> Iterator[tuple[str, object, Any]]:
    """Yield the path, the value and the type of each part of a use case, and of the parts that are made of parts."""
    hints = get_type_hints(type(one))
    for name in (each.name for each in fields(type(one)) if each.init and not each.name.startswith("_")):  # type: ignore[arg-type]
        value = getattr(one, name)
        yield f"{path}.{name}", value, hints[name]
        if type(value).__name__ in ("Signatures", "DeviceProofs", "FreezeByPolicy", "DecoyWatch", "StoreAndCompare"):
            yield from parts_of(value, f"{path}.{name}")


def is_one(value: object, hint: Any) -> bool:
    """Return whether a value is of a class, or of one of several. Of protocols it is not told."""
    if isinstance(hint, UnionType):
        return any(is_one(value, each) for each in get_args(hint))
    of = get_origin(hint) or hint
    return not isinstance(of, type) or getattr(of, "_is_protocol", False) or isinstance(value, of)


def test_use_cases_are_made_of_the_classes_that_they_name(tmp_path: Path) -> None:
    keyset.create(tmp_path / "keyset.json", made_for="development", today="2026-11-24")
    (tmp_path / DEVELOPMENT_ISSUER_KEY).write_bytes(new_private_pem())
    write_secret_file(tmp_path / DEVELOPMENT_KEY, b"00" * 32 + b"\n", replace=False)
    environment = {"MASKING_STATE_DIR": str(tmp_path), "MASKING_REDIS_URL": "redis://127.0.0.1:1"}
    acting = assemble(Settings.read(environment, development=True)).acting
    use_cases = acting._use_cases.values()

    of_each = [part for one in use_cases for part in parts_of(one, type(one).__name__)]

    assert [(path, value) for path, value, hint in of_each if not is_one(value, hint)] == []
    assert len(of_each) > 8 * len(use_cases)
