"""The section `signed` of a policy: which acts people's keys must sign, and which keys may; its parser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from keys.certificates import is_certificates
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.people.document import DocumentPlace
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.signed_acts import SignedAct

Hardware = Literal["any", "no-sync", "touch"]
HARDWARE: Final[tuple[Hardware, ...]] = ("any", "no-sync", "touch")
MAX_FIELDS: Final = 50
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""Browsers make keys for domains only: the last label of an IP address is no word."""
_AAGUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class SignedRule:
    """Which acts are signed, and by what keys.

    Attributes:
        rp_id: the domain for which people's keys are made.
        origins: the pages on which they sign.
        hardware: `any` key, only such that never leave their device (`no-sync`), or only models that ask for a touch.
        waiting: seconds from the approval of a key until it signs anything.
        operators: how many people approve a key on the command line: one or two.
        models: files with root certificates (PEM), by model (AAGUID), relative to the policy's folder.
    """

    rp_id: str
    origins: tuple[str, ...]
    acts: frozenset[str]
    fields_at_most: int = 5
    hardware: Hardware = "any"
    waiting: int = 0
    operators: int = 1
    models: Mapping[str, str] = field(default_factory=dict)


def read_signed(place: DocumentPlace) -> SignedRule:
    """Return what the section `signed` says."""
    found = place.fields(("rp_id", "origins", "acts"), ("fields_at_most", "hardware", "waiting", "operators", "models"))
    rp_id = found["rp_id"].text(253)
    if rp_id and not _DOMAIN.fullmatch(rp_id):
        found["rp_id"].fault("has to be a domain in lower case, such as desk.example.com; in development localhost")
    origins = [_origin(entry, rp_id) for entry in found["origins"].items()]
    if not origins:
        found["origins"].fault("names at least one")
    hardware = found["hardware"].word(HARDWARE, "word") if "hardware" in found else "any"
    models = {name: entry.text() for name, entry in found["models"].named().items()} if "models" in found else {}
    for name in models:
        if not _AAGUID.fullmatch(name):
            found["models"].fault("has to map AAGUIDs (8-4-4-4-12 digits of 0-9 a-f) to files of root certificates")
    if hardware == "touch" and not models:
        place.fault("needed for touch: models are proven by root certificates", "models")
    waiting = found.get("waiting")
    return SignedRule(
        rp_id=rp_id,
        origins=tuple(origins),
        acts=found["acts"].words([*SignedAct], "act that can be signed"),
        fields_at_most=found["fields_at_most"].integer(1, MAX_FIELDS) if "fields_at_most" in found else 5,
        hardware=next((one for one in HARDWARE if one == hardware), "any"),
        waiting=0 if waiting is None or waiting.value == 0 else waiting.seconds(30 * SECONDS_A_DAY),
        operators=found["operators"].integer(1, 2) if "operators" in found else 1,
        models=models,
    )


def _origin(place: DocumentPlace, rp_id: str) -> str:
    origin, host = place.origin(["localhost"])  # browsers sign nowhere else by http
    if host and rp_id and not f".{host}".endswith(f".{rp_id}"):
        place.fault("has to be rp_id, or a name below it")
    return origin


def load_models(rule: SignedRule | None, folder: Path) -> Mapping[str, list[bytes]]:
    """Return the root certificates (PEM) of each model.

    Raises:
        PolicyError: naming every file that holds none.
    """
    found, faults = {}, []
    for model, file in rule.models.items() if rule is not None else ():
        try:
            content = (folder / file).read_bytes()
        except OSError:
            content = b""
        if is_certificates(content):
            found[model] = [content]
        else:
            faults.append((f"signed.models.{model}", "cannot be read as certificates in PEM"))
    if faults:
        raise PolicyError(faults)
    return found
