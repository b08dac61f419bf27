"""Checks what a policy says of an issuer against what the issuer says of itself, for `doctor`."""

import base64
import json
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import HTTPError

from jwt import PyJWTError

from keys.certificates import certificate_ends
from masking_service.service.people.issuer_keys import fetcher, keys_from_file, keys_from_jwks
from masking_service.service.people.rules import IssuerRule
from masking_service.tls_faults import causes, tls_reason

METADATA: Final = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 1.0, section 4."""


class IssuerFault(Exception):
    """No access token of this issuer would be accepted; the text says why, and how to fix it."""


def check_issuer(rule: IssuerRule, folder: Path, now: int) -> str | None:
    """Check the keys and the name of an issuer.

    Args:
        folder: that of the policy file.

    Returns:
        what could not be checked; None where nothing is left open.

    Raises:
        IssuerFault: there is no key, none that is valid, or the issuer has another name.
    """
    where = "its file" if not rule.fetched else "its URL"
    try:
        document: object = fetcher(rule.keys)() if rule.fetched else (folder / rule.keys).read_bytes()
        if isinstance(document, bytes):
            keys_from_file(document, rule.algorithm)
        else:
            keys_from_jwks(document, rule.algorithm)
    except ValueError as error:
        said = f"{where} {error} ({rule.algorithm})"
        raise IssuerFault(f"{said}. Fix: correct issuers.{rule.alias}.keys") from None
    except (PyJWTError, OSError, HTTPException, RecursionError) as error:
        raise IssuerFault(f"its keys cannot be had: {_why(error)}. Fix: correct issuers.{rule.alias}.keys") from None
    ends = [*_ends(document)]
    if ends and max(ends) <= now:
        raise IssuerFault("all its keys have expired. Fix: get its new keys from the issuer")
    return _check_name(rule)


def _check_name(rule: IssuerRule) -> str | None:
    """Compare the issuer's name with its metadata, which a provider of OpenID Connect publishes below that name."""
    if not rule.issuer.startswith("https://"):
        return None
    try:
        metadata = fetcher(rule.issuer.rstrip("/") + METADATA)()
    except (PyJWTError, OSError, HTTPException, ValueError, RecursionError) as error:
        said = f"its name could not be compared: no metadata below it ({_why(error)})"
        if rule.fetched:  # what the keys' server could be asked, the issuer can
            raise IssuerFault(f"{said}. Fix: compare issuers.{rule.alias}.issuer with `iss` of a token") from None
        return said
    name = metadata.get("issuer") if isinstance(metadata, Mapping) else None
    if name != rule.issuer:
        raise IssuerFault(
            "it calls itself otherwise, so each of its tokens is refused. "
            f"Fix: issuers.{rule.alias}.issuer must be exactly `iss` of its tokens"
        )
    return None


def _why(error: BaseException) -> str:
    found = next((f"status {cause.code}" for cause in causes(error) if isinstance(cause, HTTPError)), "")
    return tls_reason(error) or found or "no answer"


def _ends(document: object) -> Iterator[float]:
    """Yield when each key ends: by its `exp`, or by the certificate in its `x5c` (RFC 7517, section 4.7)."""
    if isinstance(document, bytes):
        try:
            document = json.loads(document)
        except ValueError:
            return
    entries = document.get("keys") if isinstance(document, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping):
            continue
        chain, end = entry.get("x5c"), entry.get("exp")
        if isinstance(end, int | float):
            yield end
        elif isinstance(chain, list) and chain and isinstance(chain[0], str):
            try:
                yield certificate_ends(base64.b64decode(chain[0]))
            except ValueError:
                yield float("inf")
        else:
            yield float("inf")
