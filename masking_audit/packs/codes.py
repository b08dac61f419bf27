"""The names of codes in the documents, in Chinese beside the code. The desk has the same names."""

import re
from collections.abc import Mapping
from typing import Final

from masking_service.texts import Language, Text

_ROLES: Final = {
    "label-printer": Text("label printer"),
    "tracking": Text("tracking system"),
    "courier": Text("courier"),
    "service-desk": Text("service desk"),
    "dispute-officer": Text("dispute officer"),
    "supervisor": Text("supervisor"),
    "privacy-officer": Text("privacy officer"),
    "auditor": Text("auditor"),
    "overseer": Text("overseer"),
}
_PURPOSES: Final = {
    "dispute": Text("dispute"),
    "redelivery": Text("redelivery"),
    "regulator": Text("request of an authority"),
}
_KINDS: Final = {
    "name": Text("name"),
    "phone": Text("phone"),
    "address": Text("address"),
    "unit": Text("unit and room"),
    "email": Text("e-mail address"),
}
_ACTIONS: Final = {
    "detokenize": Text("opening of values"),
    "view": Text("view"),
    "search": Text("search"),
    "tokenize": Text("tokenizing"),
    "call": Text("call"),
    "call-end": Text("end of a call"),
    "call-record": Text("record of a call"),
    "case-open": Text("case opened"),
    "case-approve": Text("case approved"),
    "case-deny": Text("case denied"),
    "case-close": Text("case closed"),
    "case-claim": Text("case claimed"),
    "case-done": Text("case marked as done"),
    "freeze": Text("freeze"),
    "thaw": Text("unfreeze"),
    "erase": Text("erasure"),
    "disclosures": Text("question who saw a waybill"),
    "restrict": Text("waybills restricted"),
    "unrestrict": Text("restriction ended"),
    "hold-propose": Text("hold proposed"),
    "hold-set": Text("hold set"),
    "hold-lift-propose": Text("lifting of a hold proposed"),
    "hold-lift": Text("hold lifted"),
    "incident-open": Text("incident opened"),
    "incident-note": Text("incident updated"),
    "incident-close": Text("incident closed"),
    "audit-read": Text("reading of the log"),
    "key-enrol": Text("key made"),
    "key-vouch": Text("key approved by the first of two operators"),
    "key-approve": Text("key approved"),
    "key-deny": Text("key denied"),
    "key-revoke": Text("key revoked"),
    "device-enrol": Text("device enrolled"),
    "device-invite": Text("device invited"),
    "device-approve": Text("device approved"),
    "device-deny": Text("device denied"),
    "device-revoke": Text("device revoked"),
    "lookout": Text("listed by the lookout"),
    "decoy-plant": Text("decoys planted"),
    "decoy-list": Text("decoys listed"),
    "decoy-remove": Text("decoy removed"),
    "decoy-heard": Text("question about a phone that rang"),
    "custody-first": Text("first custody"),
    "custody-move": Text("custody moved"),
    "revise": Text("waybill revised"),
    "client-add": Text("client added"),
    "client-revoke": Text("client revoked"),
    "client-restore": Text("clients restored"),
    "freeze-restore": Text("freezes and revoked keys restored"),
    "callers-import": Text("callers' numbers imported"),
    "store-accept": Text("store accepted"),
    "permit-new": Text("permit for pseudonyms made"),
    "permit-open": Text("permit for pseudonyms handed out"),
    "permit-end": Text("permit for pseudonyms ended"),
    "reseal": Text("values sealed anew"),
    "start": Text("service started"),
    "close": Text("service ended"),
}
_OUTCOMES: Final = {
    "released": Text("released"),
    "done": Text("done"),
    "not-found": Text("not found"),
    "forbidden": Text("forbidden"),
    "frozen": Text("frozen"),
    "quota-exceeded": Text("budget spent"),
    "case-not-open": Text("case not open"),
    "own-case": Text("own case"),
    "own-hold": Text("own hold"),
    "held": Text("held"),
    "restricted": Text("restricted"),
    "kind-not-allowed": Text("kind not allowed"),
    "signature-required": Text("signature needed"),
    "signature-invalid": Text("signature not valid"),
}
_NEEDS: Final = {"case": Text("case"), "approval": Text("approval")}
_NOW: Final = {"frozen": Text("frozen"), "no": Text("no"), "API key": Text("API key"), "revoked": Text("revoked")}
_KEYS: Final = {
    "opens": Text("can be opened"),
    "shredded": Text("shredded"),
    "hold": Text("legal hold"),
    "permit": Text("permit for pseudonyms"),
}
NAMES: Final[Mapping[str, Mapping[str, Text]]] = {
    "role": _ROLES,
    "purpose": _PURPOSES | _ACTIONS,
    "action": _ACTIONS,
    "outcome": _OUTCOMES,
    "kind": _KINDS,
    "state": _KEYS,
    "day": _KEYS,
    "what": _NOW,
    "value": _NOW,
}
"""The codes of a column, by its header. A code without a name is from a custom policy."""
NAMES_OF_WORDS: Final[Mapping[str, Mapping[str, Text]]] = {
    "kinds": _KINDS,
    "full": _KINDS,
    "opens": _PURPOSES | _KINDS | _NEEDS,
}
"""The same where a cell lists several."""
_WORD: Final = re.compile(r"[a-z]+")


def named(header: str, cell: object, language: Language) -> object:
    """Return a cell with the names of its codes, in languages other than that of the codes."""
    if language == "en" or not isinstance(cell, str):
        return cell
    if header in NAMES_OF_WORDS:
        names = NAMES_OF_WORDS[header]
        return _WORD.sub(lambda word: _with_name(word[0], names, language), cell)
    return _with_name(cell, NAMES.get(header, {}), language)


def _with_name(code: str, names: Mapping[str, Text], language: Language) -> str:
    return f"{code}（{names[code].in_language(language)}）" if code in names else code
