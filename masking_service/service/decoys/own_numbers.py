"""The company's own phone numbers, which the policy lists as keyed hashes and never in clear.

Only a waybill with one of them can be a seed, and only these are heard.
"""

from keys.keyring import TenantKeys


def hash_number(keys: TenantKeys, number: str) -> str:
    """Return the hash of a phone number for one tenant: 32 hexadecimal characters."""
    return keys.audit_hash("own-number", number)


def number_hashes(keys: TenantKeys, number: str) -> list[str]:
    """Return the hashes that a policy may have of a number: those from before a rotation, too."""
    return keys.audit_hashes("own-number", number)
