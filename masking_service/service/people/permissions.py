"""The permissions that a policy may give to roles."""

from enum import StrEnum


class Permission(StrEnum):
    """What a role may allow."""

    WAYBILL_MASK = "waybill:mask"
    WAYBILL_TOKENIZE = "waybill:tokenize"
    WAYBILL_REVISE = "waybill:revise"
    WAYBILL_VIEW = "waybill:view"
    WAYBILL_SEARCH = "waybill:search"
    WAYBILL_ERASE = "waybill:erase"
    DETOKENIZE = "token:detokenize"
    CASE_OPEN = "case:open"
    CASE_READ = "case:read"
    CASE_APPROVE = "case:approve"
    CASE_CLOSE = "case:close"
    CUSTODY_MOVE = "custody:move"
    PRINCIPAL_FREEZE = "principal:freeze"
    AUDIT_READ = "audit:read"
    DECOY_PLANT = "decoy:plant"
    HOLD_SET = "hold:set"
    AUDIT_SUMS = "audit:sums"
    CALL_MAKE = "call:make"
    KEY_APPROVE = "key:approve"


PROFILE_PERMISSIONS = frozenset(
    {Permission.WAYBILL_MASK, Permission.WAYBILL_TOKENIZE, Permission.WAYBILL_VIEW, Permission.WAYBILL_SEARCH}
)
PURPOSE_PERMISSIONS = frozenset({Permission.DETOKENIZE})

# A key can be shared, and then it is unknown which two people were the two pairs of eyes. So a role that
# opens values or cases, approves cases or keys, erases, plants decoys, holds waybills, or lifts a freeze speaks
# through a signed-in person only.
STAFF_ONLY_PERMISSIONS = frozenset(
    {
        Permission.DETOKENIZE,
        Permission.CASE_OPEN,
        Permission.CASE_APPROVE,
        Permission.WAYBILL_ERASE,
        Permission.PRINCIPAL_FREEZE,
        Permission.DECOY_PLANT,
        Permission.HOLD_SET,
        Permission.KEY_APPROVE,
    }
)

# An issuer's key makes access tokens for every role: one that moved custody would bring parcels into a forger's sight.
KEYS_ONLY_PERMISSIONS = frozenset({Permission.CUSTODY_MOVE})
