"""Reads the root certificates of the models of authenticators that a policy names."""

from collections.abc import Mapping
from pathlib import Path

from keys.certificates import is_certificates
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.signed_rules import SignedRule


def load_models(rule: SignedRule | None, folder: Path) -> Mapping[str, list[bytes]]:
    """Return the root certificates (PEM) of each model.

    Args:
        folder: of the policy file.

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
