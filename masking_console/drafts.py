"""Keeps unsent input of a person, sealed, for an hour. No other person ever gets it.

It holds no phone: the fields that may take one are not kept, and lines of waybills
that look like one are taken out.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec
from flask import current_app, g, request
from werkzeug.exceptions import HTTPException

from masking_console.context import desk
from masking_console.store import SealedStore, SessionsUnavailableError
from masking_console.waybill_lines import without_phones

KEPT_SECONDS: Final = 3600
MAX_FORMS: Final = 5
MAX_TEXT: Final = 20_000
KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "new_case.create": ("case", "purpose", "reason", "details", "waybills", "officer", "hours"),
    "cases.act": ("note",),
    "people.freeze": ("principal", "reason", "details"),
    "decoys.plant": ("waybills", "kind"),
}
"""The fields of each form that are kept."""


class KeptForm(msgspec.Struct, frozen=True):
    """What was typed into a form. `at` in Unix seconds."""

    fields: dict[str, str]
    at: int


class Drafts:
    """Keeps the forms of each person. Arguments as of `Sessions`."""

    def __init__(self, url: str, key: Callable[[], bytes], authority: Path | None = None) -> None:
        self._store = SealedStore(url, key, authority, b"console-draft")

    def keep(self, sub: str, form: str, fields: Mapping[str, str]) -> None:
        """Keep what was typed into a form, in place of what was before. Raises SessionsUnavailableError."""
        kept = self._read(sub)
        kept.pop(form, None)
        kept = dict([*kept.items(), (form, KeptForm(dict(fields), int(time.time())))][-MAX_FORMS:])
        self._write(sub, kept)

    def kept(self, sub: str, form: str) -> dict[str, str]:
        """What was typed into a form within the hour; empty where nothing was. Raises SessionsUnavailableError."""
        found = self._read(sub).get(form)
        return found.fields if found else {}

    def drop(self, sub: str, form: str) -> None:
        """Forget a form, because it was sent. Raises SessionsUnavailableError."""
        kept = self._read(sub)
        if kept.pop(form, None):
            self._write(sub, kept)

    def _read(self, sub: str) -> dict[str, KeptForm]:
        key = self._store.pointer("draft", sub)
        with self._store.asked():
            opened = self._store.open(key, self._store.redis.get(key))
        since = int(time.time()) - KEPT_SECONDS
        found = {} if opened is None else msgspec.msgpack.decode(opened, type=dict[str, KeptForm])
        return {form: draft for form, draft in found.items() if draft.at > since}

    def _write(self, sub: str, kept: Mapping[str, KeptForm]) -> None:
        key = self._store.pointer("draft", sub)
        with self._store.asked():
            if kept:
                self._store.redis.set(key, self._store.seal(key, msgspec.msgpack.encode(kept)), ex=KEPT_SECONDS)
            else:
                self._store.redis.delete(key)


def keep_form(sub: str) -> None:
    """Keep the form of the request for a person, if it is one of those that are kept."""
    form = _form_of(request.path)
    if request.method == "POST" and sub and form:
        _keep(sub, form, request.form)


def keep_typed(sub: str, path: str, fields: Mapping[str, str]) -> None:
    """Keep the fields of a form, by the path of the desk to which it is sent."""
    form = _form_of(path)
    if form:
        _keep(sub, form, fields)


def kept_form(path: str) -> dict[str, str]:
    """Return what the person typed into the form that is sent to a path; empty if unknown."""
    form = _form_of(path)
    try:
        return desk().drafts.kept(g.session.sub, form) if form and g.get("session") else {}
    except SessionsUnavailableError:
        return {}


def drop_form() -> None:
    """Forget the form that is sent to the path of the request: it was sent, or is not wanted any more."""
    form = _form_of(request.path)
    if form:
        desk().drafts.drop(g.session.sub, form)


def _keep(sub: str, form: str, fields: Mapping[str, str]) -> None:
    names = KEPT[form.partition(" ")[0]]
    given = {name: fields.get(name, "")[:MAX_TEXT] for name in names}
    if "waybills" in given:
        given["waybills"] = without_phones(given["waybills"])
    desk().drafts.keep(sub, form, given)


def _form_of(path: str) -> str:
    """Return the endpoint of a sent form and its case; empty if no form is kept there."""
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return ""
    return f"{endpoint} {values.get('name', '')}".rstrip() if endpoint in KEPT else ""
