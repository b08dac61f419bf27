"""Reads a YAML document, and collects every fault with its path.

A failed read notes the fault and returns a harmless value, so callers must check `faults` before they use any.
Reasons say what would be valid, and never repeat the value.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import yaml

from masking_service.masking.strict_yaml import read_yaml

_T = TypeVar("_T")
_MISSING = object()
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])", re.ASCII)
_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?%", re.ASCII)
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

Faults = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """One place in the document: its value, path and faults."""

    value: Any
    path: str
    faults: Faults

    def fault(self, reason: str, member: str = "") -> None:
        """Note a fault here, or of a member. What follows from a fault at that place or below it is not noted."""
        path = f"{self.path}.{member}" if member else self.path or "(document)"
        if not any(where == path or where.startswith((f"{path}.", f"{path}[")) for where, _ in self.faults):
            self.faults.append((path, reason))

    def named(self) -> dict[str, "DocumentPlace"]:
        """Return the entries of a mapping with free names as keys; it may be empty."""
        if not isinstance(self.value, Mapping):
            self._expected("a mapping")
            return {}
        places = {}
        for key, value in self.value.items():
            if isinstance(key, str):
                places[key] = DocumentPlace(value, f"{self.path}.{key}" if self.path else key, self.faults)
            else:
                self.fault("every key has to be text (quote it)")
        return places

    def each(self, sound: Callable[[str], object], read: Callable[[str, "DocumentPlace"], _T]) -> dict[str, _T]:
        """Return what `read` makes of each entry of `named`; `sound` raises ValueError for a name that is not valid."""
        found = {}
        for name, entry in self.named().items():
            try:
                sound(name)
            except ValueError as error:
                entry.fault(str(error))
            found[name] = read(name, entry)
        return found

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "DocumentPlace"]:
        """Return the entries of a mapping with known keys; all required keys are present."""
        found = self.named()
        required = tuple(required)
        known = {*required, *optional}
        for name in sorted(found.keys() - known):
            found.pop(name).fault(f"unknown key; known here: {', '.join(sorted(known))}")
        for name in required:
            if name not in found:
                missing = DocumentPlace(_MISSING, f"{self.path}.{name}" if self.path else name, self.faults)
                if isinstance(self.value, Mapping):
                    missing.fault("missing")
                found[name] = missing
        return found

    def items(self) -> list["DocumentPlace"]:
        if not isinstance(self.value, list):
            self._expected("a list")
            return []
        return [DocumentPlace(value, f"{self.path}[{index}]", self.faults) for index, value in enumerate(self.value)]

    def text(self, longest: int = 512) -> str:
        """Return printable text that is not empty."""
        if isinstance(self.value, str) and 0 < len(self.value) <= longest and self.value.isprintable():
            return self.value
        self._expected(f"text of 1 to {longest} printable characters")
        return ""

    def origin(self, plain: Collection[str]) -> tuple[str, str]:
        """Return an origin as browsers write it, and its host; the host is empty where there is a fault.

        Args:
            plain: the hosts that may be reached by http, in development.
        """
        origin = self.text()
        try:
            parts = urlsplit(origin)
            port = f":{parts.port}" if parts.port not in (None, _DEFAULT_PORTS.get(parts.scheme)) else ""
        except ValueError:
            self.fault("has to be an origin, such as https://masking.example.com")
            return origin, ""
        host = parts.hostname or ""
        if not origin:
            return "", ""
        if not host or origin != f"{parts.scheme}://{_bracketed(host)}{port}":
            self.fault("has to be an origin: scheme, host and port if it is not the usual one, and nothing behind them")
        elif parts.scheme != "https" and (parts.scheme != "http" or host not in plain):
            self.fault(f"has to be https, or in development http on {', '.join(map(_bracketed, plain))}")
        else:
            return origin, host
        return origin, ""

    def integer(self, least: int, most: int) -> int:
        if isinstance(self.value, int) and not isinstance(self.value, bool) and least <= self.value <= most:
            return self.value
        self._expected(f"a whole number from {least} to {most}" if least < most else str(most))
        return least

    def truth(self) -> bool:
        if isinstance(self.value, bool):
            return self.value
        self._expected("true or false")
        return False

    def seconds(self, most: int) -> int:
        """Return a duration such as `90s`, `15m`, `2h` or `180d`, in seconds."""
        match = _DURATION.fullmatch(self.value) if isinstance(self.value, str) else None
        seconds = int(match[1]) * _UNITS[match[2]] if match else 0
        if 0 < seconds <= most:
            return seconds
        size, unit = max((size, unit) for unit, size in _UNITS.items() if most % size == 0)
        self._expected(f"a duration such as 90s, 15m, 2h or 180d, of at most {most // size}{unit}")
        return 1

    def thousandths(self) -> int:
        """Return a share such as `2%` or `0.5%`, in thousandths."""
        match = _SHARE.fullmatch(self.value) if isinstance(self.value, str) else None
        share = int(match[1]) * 10 + int(match[2] or 0) if match else -1
        if 0 <= share <= 1_000:
            return share
        self._expected("a share such as 2% or 0.5%")
        return 0

    def word(self, known: Collection[str], what: str) -> str:
        if isinstance(self.value, str) and self.value in known:
            return self.value
        self._expected(f"no such {what}; there are: {', '.join(sorted(known)) or 'none'}", whole=True)
        return ""

    def words(self, known: Collection[str], what: str) -> frozenset[str]:
        """Return a list of different known words."""
        found: set[str] = set()
        for item in self.items():
            word = item.word(known, what)
            if word in found:
                item.fault("is repeated")
            found.add(word)
        return frozenset(found - {""})

    def _expected(self, reason: str, *, whole: bool = False) -> None:
        if self.value is not _MISSING:  # what is missing was said once already
            self.fault(reason if whole else f"has to be {reason}")


def read_document(text: str) -> DocumentPlace:
    """Return the root of a YAML document. A document that is no YAML has one fault, and is empty."""
    faults: Faults = []
    try:
        value = read_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "(document)"
        faults.append((where, str(getattr(error, "problem", None) or "is not YAML")))
        return DocumentPlace(_MISSING, "", faults)
    return DocumentPlace(value, "", faults)


def _bracketed(host: str) -> str:
    """Return a host as it is written in a URL."""
    return f"[{host}]" if ":" in host else host
