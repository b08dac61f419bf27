"""Reads the claims of an access token strictly: a claim of a wrong type refuses the whole token.

Python and JSON are lenient in the same places (true is 1, 1e999 is a number, a string is a list of letters, the
later of two names wins), and each of them is a way to mean one thing to the issuer and another here.
"""

import json
from typing import Any

from masking_service.service.people.errors import Unauthenticated

LEEWAY = 30  # seconds by which an issuer's clock may be ahead; the end of a token has none
_LATEST = 1 << 53  # seconds; JSON readers differ over what is beyond
_ABSENT = object()


class Claimed:
    """The claims of one access token. Invalid claims raise Unauthenticated."""

    __slots__ = ("_claims",)

    def __init__(self, payload: bytes) -> None:
        """Parse UTF-8 JSON. Raises ValueError or RecursionError if it is no object, repeats a name, or holds NaN."""
        claims = json.loads(payload.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_refuse)
        if not isinstance(claims, dict):
            raise ValueError("claims are an object")
        self._claims: dict[str, Any] = claims

    def at(self, way: tuple[str, ...], default: object) -> Any:
        """Return the value at a path through nested objects, or the default."""
        found: Any = self._claims
        for step in way:
            found = found.get(step, _ABSENT) if isinstance(found, dict) else _ABSENT
        return default if found is _ABSENT else found

    def text(self, name: str) -> str:
        value = self._claims.get(name)
        if not isinstance(value, str):
            raise Unauthenticated("claims")
        return value

    def strings(self, way: tuple[str, ...]) -> list[str]:
        """Return the strings of a list, empty if the claim is absent. A bare string is refused."""
        values = self.at(way, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Unauthenticated("claims")
        return values

    def past(self, name: str, now: int) -> int | None:
        """Return a time that is not after `now`; None if it is absent."""
        if name not in self._claims:
            return None
        value = self._time(name)
        if value > now + LEEWAY:
            raise Unauthenticated("not-yet")
        return value

    def check_times(self, lifetime: int, now: int) -> None:
        """Check `iat`, `exp` and `nbf` against the clock and the maximum lifetime."""
        issued, ends = self._time("iat"), self._time("exp")
        if ends <= now:
            raise Unauthenticated("expired")
        self.past("iat", now)
        self.past("nbf", now)
        if not 0 < ends - issued <= lifetime:
            raise Unauthenticated("lifetime")

    def check_audience(self, audience: str) -> None:
        """Check that `aud` is the audience, or a list that contains it."""
        claimed = self._claims.get("aud")
        every = claimed if isinstance(claimed, list) else [claimed]
        if not all(isinstance(each, str) for each in every) or audience not in every:
            raise Unauthenticated("audience")

    def _time(self, name: str) -> int:
        """Return whole Unix seconds. RFC 7519 allows fractions; no known issuer sends any."""
        value = self._claims.get(name)
        if type(value) is not int or not 0 <= value <= _LATEST:
            raise Unauthenticated("time")
        return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(_: str) -> None:
    raise ValueError("not a number")
