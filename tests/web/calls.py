"""Calls that the tests of several files make."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from werkzeug.test import TestResponse

from masking_service.audit.stored import unpack
from masking_service.http.capabilities import PATH_PARAMETERS
from masking_service.observability.alerts import Alert
from masking_service.service.call.operation import Operation
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import ONE_SLOT
from tests.web.api import NUMBER, Api, Json, content, results
from tests.web.people import SUPERVISOR, TRACKING


def path_of(row: Operation) -> str:
    """The path of an operation with the parameters of the document's examples."""
    return row.path.format_map({name: one.example for name, one in PATH_PARAMETERS.items()})


def entries(api: Api, action: str | None = None) -> list[Json]:
    """Every entry of the log, or of an action, in order."""
    every = [unpack(fields[1]) for stream in streams(api) for _, fields in stream]
    return [entry for entry in every if action in (None, entry["action"])]


def last(api: Api, action: str | None = None) -> Json:
    return entries(api, action)[-1]


def outline(entry: Json) -> Json:
    """An entry without moment, call and policy, with how many signatures it has and whether it has facts."""
    counted = {"facts": bool(entry["facts"]), "signed": len(entry.get("signed", []))}
    return {
        name: one for name, one in entry.items() if name not in ("at", "id", "policy", "request", "tenant")
    } | counted


def streams(api: Api) -> list[Any]:
    """Every writer's stream, as the store tells it."""
    store = api.parts.store
    writers = store.read([(b"SMEMBERS", ONE_SLOT.writers())])[0]
    return store.read([(b"XRANGE", ONE_SLOT.stream(writer.decode()), b"-", b"+") for writer in writers])


def freeze(api: Api, who: str, by: str = SUPERVISOR, body: object = None, **more: object) -> Json:
    return content(api.post(by, f"/v1/principals/{quote(who, safe='')}/freeze", body, **more))


def thaw(api: Api, who: str) -> Json:
    return content(api.post(SUPERVISOR, f"/v1/principals/{quote(who, safe='')}/thaw"))


def frozen(api: Api, by: str = SUPERVISOR) -> list[Json]:
    found: list[Json] = content(api.get(by, "/v1/principals/frozen"))["principals"]
    return found


def alerts(api: Api) -> list[Alert]:
    """What is raised from now on."""
    heard: list[Alert] = []
    api.parts.alerts.send_to(heard.append)
    return heard


def left(api: Api, who: str) -> dict[str, dict[str, int]]:
    """What is left of a caller's budgets: counted thing → window → amount."""
    return {
        budget["counts"]: {window["window"]: window["left"] for window in budget["windows"]}
        for budget in content(api.get(who, "/v1/me/budgets"))["budgets"]
    }


def unanswered(*_: object, **__: object) -> Any:
    """Takes the place of a call to a store that does not answer."""
    raise StoreUnavailable("timeout")


def item(number: object = NUMBER, **who: object) -> Json:
    return {"waybill_no": number, **who}


def move(api: Api, *items: object, who: str = TRACKING) -> TestResponse:
    return api.post(who, "/v1/custody", {"items": items})


def moved(api: Api, *items: object, who: str = TRACKING) -> list[Json]:
    return results(move(api, *items, who=who))
