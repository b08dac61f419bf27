"""Formats what the service says for people: times, fields, windows and codes."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from flask_babel import format_datetime
from markupsafe import Markup

from masking_console.context import colleagues
from masking_console.texts import _, later, of_service, several
from masking_service.audit import names
from masking_service.audit.actions import Action

SOON_MINUTES: Final = 4 * 60
NOW_MINUTES: Final = 60
"""A case that ends sooner is coloured."""
SIDES: Final = (
    ("recipient", ("recipient", "receiver", "receive", "rec", "to_address", "address_to", "consignee", "post_")),
    ("sender", ("sender", "send", "from_address", "address_from", "shipper")),
)
SIDE_ORDER: Final = ("recipient", "sender", "")
SIDE_NAMES: Final = {"recipient": later("Recipient"), "sender": later("Sender")}


KIND_WORDS: Final = {
    "phone": ("phone", "mobile", "tel"),
    "name": ("name", "contact", "receiver", "company"),
    "address": ("addr", "street", "detail"),
    "unit": (),
    "email": ("mail", "emailaddr", "emailaddress"),
    "text": ("remark", "memo", "words"),
}
"""What is in the name of a field of a kind, for fields whose kind the service does not say.

They are in the order of their fields on a page; other kinds come last.
"""
KIND_NAMES: Final = of_service(names.KINDS)
STATUS_NAMES: Final = {
    "open": later("open"),
    "pending": later("pending approval"),
    "denied": later("denied"),
    "closed": later("closed"),
    "expired": later("expired"),
}
TAB_NAMES: Final = {**STATUS_NAMES, "mine": later("mine"), "done": later("done"), "pending": later("pending")}
DECIDED_NAMES: Final = {"approve": later("was approved"), "deny": later("was denied")}
STATUS_VARIANTS: Final = {"open": "success", "pending": "warning", "denied": "danger"}
PURPOSE_NAMES: Final = of_service(names.PURPOSES)
ROLE_NAMES: Final = {"": later("authorised staff member"), **of_service(names.ROLES)}
KEY_STATUS_NAMES: Final = {
    "pending": later("waits for approval"),
    "active": later("active"),
    "revoked": later("revoked"),
}
ACT_NAMES: Final = {
    "open": later("opened the case"),
    "approve": later("approved it"),
    "deny": later("denied it"),
    "close": later("closed it"),
}
WINDOW_NAMES: Final = {
    "1m": later("1 minute"),
    "1h": later("1 hour"),
    "1d": later("1 day"),
    "30d": later("30 days"),
}
ACTION_NAMES: Final = of_service(names.ACTIONS, without=(Action.START, Action.CLOSE))
"""Of entries of a tenant: a process starts and ends in none."""
OUTCOME_NAMES: Final = of_service(names.OUTCOMES, without=names.ITEM_OUTCOMES)
"""Of entries."""
COUNTS_NAMES: Final = {
    "fields": later("values opened"),
    "full_views": later("full views"),
    "cases": later("cases opened"),
    "case_waybills": later("waybills in cases"),
    "conflicts": later("conflicts"),
    "searches": later("searches"),
    "decoys": later("uses of decoys"),
    "calls": later("calls"),
}


FREEZE_REASONS: Final = {
    "decoy": later("named a decoy"),
    "misses": later("named many waybills that do not exist"),
    "burst": later("kept calling far beyond a budget"),
    "lookout": later("listed by the lookout"),
    "by hand": later("no reason given"),
}
"""Why the service froze a person, by the code that it keeps."""
ITEM_TEXTS: Final = {
    "not-found": later("Not found: erased or expired."),
    "kind-not-allowed": later("This purpose does not open values of this kind."),
    "call-first": later("Call first: this purpose opens a phone only after calls that were not answered."),
}
"""Why one value was not opened."""


def moment(timestamp: str | None) -> Markup:
    """A timestamp of the service as `<time>`, in the desk's time zone and the person's language."""
    if not timestamp:
        return Markup("—")
    at = datetime.fromisoformat(timestamp)
    text = format_datetime(at, "yyyy-MM-dd HH:mm")
    return Markup('<time datetime="{}">{}</time>').format(timestamp, text)


def time_left(timestamp: str) -> Markup:
    """Return the time left: "58 min", "5 h", "3 days"; the time itself is behind it."""
    at = datetime.fromisoformat(timestamp)
    minutes = int((at - datetime.now(UTC)).total_seconds() // 60)
    if minutes < 0:
        text = _("ended")
    elif minutes < 2 * 60:
        text = _("%(n)s min", n=minutes)
    elif minutes < 48 * 60:
        text = _("%(n)s h", n=minutes // 60)
    else:
        text = _("%(n)s days", n=minutes // (24 * 60))
    near = "now" if minutes < NOW_MINUTES else "soon" if minutes < SOON_MINUTES else "later"
    exact = format_datetime(at, "yyyy-MM-dd HH:mm")
    return Markup('<time datetime="{}" title="{}" class="left {}">{}</time>').format(timestamp, exact, near, text)


def short_time(timestamp: str) -> Markup:
    """The time of today as "14:02", of another day as "11-24 14:02"."""
    at = datetime.fromisoformat(timestamp)
    today = format_datetime(datetime.now(UTC), "yyyyMMdd") == format_datetime(at, "yyyyMMdd")
    text = format_datetime(at, "HH:mm" if today else "MM-dd HH:mm")
    exact = format_datetime(at, "yyyy-MM-dd HH:mm:ss")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(timestamp, exact, text)


def field_time(timestamp: str) -> str:
    """A timestamp as a date-time field has it, in the desk's time zone."""
    return str(format_datetime(datetime.fromisoformat(timestamp), "yyyy-MM-dd'T'HH:mm"))


def person_name(principal: str) -> str:
    """Return a person's name, else the id."""
    return str(colleagues().get(principal, {}).get("name") or principal)


def person(principal: str) -> Markup:
    """A person's name, with the id behind it."""
    name = person_name(principal)
    if name == principal:
        return Markup('<span class="person">{}</span>').format(principal)
    return Markup('<span class="person">{} <small>{}</small></span>').format(name, principal)


def clock_time(timestamp: str) -> str:
    """The time of day of a timestamp, with seconds."""
    return str(format_datetime(datetime.fromisoformat(timestamp), "HH:mm:ss"))


def field_order(pointer: str, kind: str) -> tuple[int, int]:
    """Return the sort key of a field: recipients first, then by the order of KIND_WORDS, other kinds last."""
    return SIDE_ORDER.index(side_of(pointer)), [*KIND_WORDS, kind].index(kind)


def side_of(pointer: str) -> str:
    """Return the side of a field: ``recipient``, ``sender``, or "" where its path does not say."""
    path = pointer.lower()
    return next((side for side, words in SIDES if any(f"/{word}" in path for word in words)), "")


def kind_of(pointer: str) -> str:
    """The kind that the last word of a field's name says, or ""."""
    name = pointer.rpartition("/")[2].lower()
    ends = {kind: max(_end(name, word) for word in words) for kind, words in KIND_WORDS.items() if words}
    last = max(ends, key=lambda kind: ends[kind])
    return last if ends[last] else ""


def _end(name: str, word: str) -> int:
    """Where a word ends in a name for the last time; 0 if it is not in it."""
    at = name.rfind(word)
    return 0 if at < 0 else at + len(word)


def field_name(pointer: str, kind: str = "") -> str:
    """A field for people: "Recipient · phone", or its pointer where that says more."""
    side, kind = side_of(pointer), kind or kind_of(pointer)
    if not kind:
        return pointer
    named = str(KIND_NAMES.get(kind, kind))
    return f"{SIDE_NAMES[side]} · {named}" if side else named


def named(of_codes: Mapping[str, Any]) -> Callable[[str], str]:
    """A filter that gives a code its name, or itself."""
    return lambda code: str(of_codes.get(code, code))


def value_at(record: Any, pointer: str) -> Any:
    """The value that a JSON Pointer (RFC 6901) names, or None."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            record = record[int(name)] if isinstance(record, list) else record[name]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return record


def other_leaves(record: Any, known: Mapping[str, str], at: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a record that no pointer of `known` names, with their pointers."""
    inner = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else None
    if inner is None:
        if at not in known and record not in (None, ""):
            yield at, record
        return
    for name, value in inner:
        yield from other_leaves(value, known, f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}")


def show_label(kind: str) -> str:
    """The words on the button that opens a value of a kind."""
    return _("Show %(what)s", what=KIND_NAMES[kind]) if kind in KIND_NAMES else _("Show")


def amount(counts: str, used: int, limit: int | None) -> str:
    """Return a person's use of a budget, with its limit if there is one: "3 / 20 values"."""
    n, counted = f"{used} / {limit}" if limit else str(used), limit or used
    return {
        "fields": several("%(n)s value", "%(n)s values", counted, n=n),
        "full_views": several("%(n)s full view", "%(n)s full views", counted, n=n),
        "cases": several("%(n)s case", "%(n)s cases", counted, n=n),
    }[counts]


def item_said(error: Mapping[str, str]) -> str:
    """Why one value was not opened, in a sentence."""
    own = ITEM_TEXTS.get(error["code"])
    return str(own) if own else str(error.get("detail") or error["code"])


FILTERS: Final = {
    "amount": amount,
    "moment": moment,
    "clock_time": clock_time,
    "time_left": time_left,
    "short_time": short_time,
    "person": person,
    "person_name": person_name,
    "field_name": field_name,
    "status": named(STATUS_NAMES),
    "key_status": named(KEY_STATUS_NAMES),
    "status_variant": named(STATUS_VARIANTS),
    "purpose": named(PURPOSE_NAMES),
    "tab": named(TAB_NAMES),
    "decided": named(DECIDED_NAMES),
    "item_said": item_said,
    "why_frozen": named(FREEZE_REASONS),
    "field_time": field_time,
    "role": named(ROLE_NAMES),
    "act": named(ACT_NAMES),
    "action": named(ACTION_NAMES),
    "outcome": named(OUTCOME_NAMES),
    "window": named(WINDOW_NAMES),
    "counts": named(COUNTS_NAMES),
    "show_label": show_label,
}
