"""Every use case is made of the parts that its constructor names."""

from dataclasses import fields, is_dataclass, replace
from inspect import isclass
from pathlib import Path
from types import UnionType
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

from keys import keyset
from keys.development_issuer import new_private_pem
from keys.files import write_secret_file
from masking_service.runtime.settings import Settings
from masking_service.runtime.wiring import assemble
from masking_service.service.phone_calls.loading import DEVELOPMENT_KEY


def classes_of(hint: Any) -> tuple[type, ...]:
    """The classes that a part may be of; none where the hint names something else, such as a protocol."""
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    found = [get_origin(option) or option for option in options]
    return () if any(not isclass(one) or Protocol in one.__mro__ for one in found) else tuple(found)


def test_each_part_is_of_the_class_that_the_constructor_names(tmp_path: Path) -> None:
    keyset.create(tmp_path / "keyset.json", made_for="development", today="2026-11-24")
    (tmp_path / "dev-issuer.pem").write_bytes(new_private_pem())
    write_secret_file(tmp_path / DEVELOPMENT_KEY, b"00" * 32 + b"\n", replace=False)
    settings = Settings.read({"MASKING_STATE_DIR": str(tmp_path)}, development=True)
    parts = assemble(replace(settings, redis_url="unix:///nowhere"))

    use_cases = list(parts.acting._use_cases.values())
    for one in use_cases:  # and what they are made of
        assert is_dataclass(one)
        parts_of = [getattr(one, field.name) for field in fields(one)]
        use_cases += [part for part in parts_of if is_dataclass(part) and not any(part is known for known in use_cases)]
    checked, wrong = 0, []
    for one in use_cases:
        hints = get_type_hints(type(one))
        for field in fields(one):
            if classes := classes_of(hints[field.name]):
                checked += 1
                if not isinstance(getattr(one, field.name), classes):
                    wrong.append((type(one).__name__, field.name))

    assert (len(use_cases) > 35, checked > 180, wrong) == (True, True, [])
