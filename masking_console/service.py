"""Calls the masking service as the signed-in person."""

import hashlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter

from keys.device_proofs import content_hash
from keys.public_keys import b64
from masking_console.authorities import certificate_fault, new_http

PROOF_REQUIRED: Final = "device-proof-required"
TIMEOUT_SECONDS: Final = (1.0, 6.0)  # the service answers within five seconds

Json = dict[str, Any]


class ServiceUnavailableError(Exception):
    """The service did not answer, or not as its contract says.

    Says what is wrong with its certificate, where that is why.
    """


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """A problem document of the service.

    Attributes:
        status: of the answer.
        code: of the problem.
        detail: for the person, in the language that was asked for.
        errors: where in the request, and why.
        retry_at: when a budget frees, as a timestamp, or "".
        challenge: the `WWW-Authenticate` header of a 401, or "".
        to_prove: what a device has to say of the call, as the claims of a proof; None where none is asked for.
    """

    status: int
    code: str
    title: str = ""
    detail: str = ""
    errors: Sequence[Mapping[str, str]] = ()
    retry_at: str = ""
    window: str = ""
    challenge: str = field(default="", repr=False)
    to_prove: Mapping[str, str] | None = field(default=None, repr=False)


class Service:
    """Keeps connections to the service.

    Args:
        authority: the file of the authorities that sign for it; None for the system's.
    """

    def __init__(self, url: str, authority: Path | None = None) -> None:
        self._url = url
        self._http = new_http(authority)
        self._http.mount(url, HTTPAdapter(pool_connections=1, pool_maxsize=64))

    def as_person(self, access_token: str, language: str, signed: Json | None = None, proof: str = "") -> "Person":
        """The service as one person may use it.

        Args:
            signed: the signature of the person's own key over the act of this request, if it carries one.
            proof: by the browser's key, of one call; empty where there is none.
        """
        return Person(self, access_token, language, signed, proof)

    def ready(self) -> bool:
        """Whether the service is ready to be used. Raises ServiceUnavailableError."""
        try:
            return self._http.get(f"{self._url}/readyz", timeout=TIMEOUT_SECONDS).ok
        except requests.RequestException as error:
            raise ServiceUnavailableError(certificate_fault(error)) from None

    def addresses(self) -> tuple[list[str], list[str] | None]:
        """The addresses of the service that proofs may name, and the pages on which people may sign.

        No address means that nothing is proven, and None that nothing is signed. Raises ServiceUnavailableError.
        """
        try:
            told = self._http.get(f"{self._url}/openapi.json", timeout=TIMEOUT_SECONDS).json()
            urls = [str(each["url"]) for each in told["servers"] if each["url"] != "/"]
            return urls, told.get("x-origins")
        except requests.RequestException as error:
            raise ServiceUnavailableError(certificate_fault(error)) from None
        except (KeyError, TypeError, AttributeError):
            raise ServiceUnavailableError from None

    def ask(self, method: str, path: str, credentials: tuple[str, str], language: str, **more: Any) -> Json:
        """One call.

        Args:
            credentials: the access token, and a proof, which is sent with the call that it was made for.

        Raises:
            Refusal: the service answered with a problem.
            ServiceUnavailableError: it did not answer, or with something else.
        """
        token, proof = credentials
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language, **more.pop("headers", {})}
        try:
            call = self._http.prepare_request(requests.Request(method, self._url + path, headers=headers, **more))
            said = claims_of(call, token)
            if proof and proves(proof, said):
                call.headers["DPoP"] = proof
            answer = self._http.send(call, timeout=TIMEOUT_SECONDS, allow_redirects=False)
            content = answer.json() if answer.content else {}
        except requests.RequestException as error:
            raise ServiceUnavailableError(certificate_fault(error)) from None
        if not isinstance(content, dict):
            raise ServiceUnavailableError
        if answer.ok:
            return content
        if "code" not in content:
            raise ServiceUnavailableError
        raise Refusal(
            status=answer.status_code,
            code=str(content["code"]),
            title=str(content.get("title", "")),
            detail=str(content.get("detail", "")),
            errors=content.get("errors", ()),
            retry_at=str(content.get("retry_at", "")),
            window=str(content.get("window", "")),
            challenge=answer.headers.get("WWW-Authenticate", ""),
            to_prove=said | {"nonce": str(content.get("nonce", ""))} if content["code"] == PROOF_REQUIRED else None,
        )


@dataclass(frozen=True, slots=True)
class Person:
    """The calls of one person. Each raises as `Service.ask`."""

    _service: Service
    _access_token: str = field(repr=False)
    _language: str = "en"
    _signed: Json | None = field(default=None, repr=False)
    _proof: str = field(default="", repr=False)

    def me(self) -> Json:
        """Who the person is to the service, and what they may do."""
        return self._get("/v1/me")

    def budgets(self) -> list[Json]:
        """What is left of the person's budgets."""
        return list(self._get("/v1/me/budgets")["budgets"])

    def cases(self, **filters: str) -> Json:
        """A page of cases: `status`, `purpose`, `waybill`, `opened_by`, `sort`, `after`, `limit`."""
        return self._get("/v1/cases", **filters)

    def case(self, name: str) -> Json:
        """One case."""
        return self._get(f"/v1/cases/{_segment(name)}")

    def case_page(self, name: str, profile: str) -> Json:
        """All that the page of a case shows: the case, its waybills, what was opened, calls and budgets."""
        return self._get(f"/v1/cases/{_segment(name)}/page", profile=profile)

    def people(self) -> list[Json]:
        """Who has signed in, with names and roles."""
        return list(self._get("/v1/people")["people"])

    def open_case(self, case: Json) -> Json:
        """Open a case."""
        return self._post_signed("/v1/cases", case)

    def act(self, name: str, act: str, note: str) -> Json:
        """Approve, deny or close a case."""
        return self._post_signed(f"/v1/cases/{_segment(name)}/{act}", {"note": note} if note else {})

    def mark(self, name: str, act: str) -> Json:
        """Claim a case, or mark it as done for oneself."""
        return self._ask("POST", f"/v1/cases/{_segment(name)}/{act}")

    def reveal(self, case: str, purpose: str, items: Sequence[Json]) -> list[Json]:
        """Open fields of a waybill that a case names; a result for each, in their order."""
        wanted = {"purpose": purpose, "case": case, "items": items}
        return list(self._post_signed("/v1/detokenize", wanted)["results"])

    def call(self, case: str, waybill_no: str, pointer: str) -> Json:
        """Bind a number to dial for a phone of a waybill that a case names. The same while it lives."""
        return self._post("/v1/calls", {"case": case, "waybill_no": waybill_no, "field": pointer})

    def search(self, asked: Json) -> list[Json]:
        """Masked records of the waybills of a recipient, by `phone`, or by `last4` at a `site`."""
        return list(self._post("/v1/search", asked)["results"])

    def disclosures(self, waybill_no: str) -> Json:
        """Who saw what of a waybill."""
        return self._get(f"/v1/waybills/{_segment(waybill_no)}/disclosures")

    def restrict(self, waybill_no: str, *, restricted: bool) -> Json:
        """Restrict a waybill to the purposes that the policy names, or end that."""
        wanted = {"waybills": [waybill_no]}
        if restricted:
            return self._post("/v1/restrictions", wanted)
        return self._ask("DELETE", "/v1/restrictions", json=self._with_signature(wanted))

    def erase(self, waybill_no: str) -> Json:
        """Erase a waybill."""
        return self._ask("DELETE", f"/v1/waybills/{_segment(waybill_no)}", headers=self._signature_header())

    def activity(self) -> Json:
        """What each lately active principal did beside their limits, and whom the lookout listed."""
        return self._get("/v1/activity")

    def frozen(self) -> list[Json]:
        """Who is frozen."""
        return list(self._get("/v1/principals/frozen")["principals"])

    def freeze(self, principal: str, why: str) -> Json:
        """Freeze a principal."""
        return self._post_signed(f"/v1/principals/{_segment(principal)}/freeze", {"why": why} if why else {})

    def unfreeze(self, principal: str) -> Json:
        """Unfreeze a principal."""
        return self._post_signed(f"/v1/principals/{_segment(principal)}/thaw", {})

    def audit(self, **filters: str) -> Json:
        """A page of the audit log."""
        return self._get("/v1/audit", **filters)

    def audit_summary(self, **filters: str) -> Json:
        """Sums over the audit log."""
        return self._get("/v1/audit/summary", **filters)

    def checkpoint(self) -> Json:
        """A signed checkpoint of the audit log."""
        return self._get("/v1/audit/checkpoint")

    def decoys(self) -> list[Json]:
        """The decoys, the first planted first."""
        return list(self._ask("GET", "/v1/decoys", headers=self._signature_header())["decoys"])

    def plant(self, waybills: Sequence[str], kind: str) -> Json:
        """Mark waybills as decoys."""
        return self._post_signed("/v1/decoys", {"waybills": list(waybills), "kind": kind})

    def remove_decoy(self, waybill_no: str) -> Json:
        """Take the mark off a waybill."""
        return self._ask("DELETE", "/v1/decoys", json=self._with_signature({"waybills": [waybill_no]}))

    def hear(self, phone: str) -> Json:
        """Who saw the seeds whose phone rang."""
        return self._post("/v1/decoys/heard", {"phone": phone})

    def incidents(self) -> list[Json]:
        """The incidents, the first opened first."""
        return list(self._get("/v1/incidents")["incidents"])

    def incident(self, name: str) -> Json:
        """One incident: its clock, what is known, and what is due."""
        return self._get(f"/v1/incidents/{_segment(name)}")

    def open_incident(self, incident: Json) -> Json:
        """Open an incident."""
        return self._post("/v1/incidents", incident)

    def note_incident(self, name: str, known: Json) -> Json:
        """Note what became known of an incident."""
        return self._post(f"/v1/incidents/{_segment(name)}", known)

    def close_incident(self, name: str) -> Json:
        """Close an incident."""
        return self._post(f"/v1/incidents/{_segment(name)}/close", {})

    def incident_form(self, name: str, country: str) -> Json:
        """The form of a country's authority, filled with what is known."""
        return self._get(f"/v1/incidents/{_segment(name)}/forms/{_segment(country)}")

    def holds(self) -> list[Json]:
        """The legal holds, the first proposed first."""
        return list(self._get("/v1/holds")["holds"])

    def propose_hold(self, hold: Json) -> Json:
        """Propose a legal hold."""
        return self._post("/v1/holds", hold)

    def decide_hold(self, name: str, act: str) -> Json:
        """Set or lift a hold, or propose to lift it."""
        return self._post_signed(f"/v1/holds/{_segment(name)}/{act}", {})

    def propose(self, act: Json) -> Json:
        """What the person's key has to sign for an act."""
        return self._post("/v1/acts", act)

    def own_keys(self) -> list[Json]:
        """The person's own keys."""
        return list(self._get("/v1/me/keys")["keys"])

    def new_key_options(self) -> Json:
        """What a browser needs to make a key."""
        return self._post("/v1/me/keys/options", {})

    def add_key(self, made: Json) -> Json:
        """Keep a key that a browser has made."""
        return self._post("/v1/me/keys", made)

    def waiting_keys(self) -> list[Json]:
        """The keys of others that wait for approval."""
        return list(self._get("/v1/principals/keys")["keys"])

    def keys_of(self, principal: str) -> list[Json]:
        """The keys of a person."""
        return list(self._get(f"/v1/principals/{_segment(principal)}/keys")["keys"])

    def decide_key(self, principal: str, key: str, act: str, body: Json) -> Json:
        """Approve, deny or revoke a key of another person."""
        return self._post_signed(f"/v1/principals/{_segment(principal)}/keys/{_segment(key)}/{act}", body)

    def own_devices(self) -> list[Json]:
        """The person's own devices."""
        return list(self._get("/v1/me/devices")["devices"])

    def add_device(self, name: str) -> Json:
        """Enrol the device whose key proves this call."""
        return self._post("/v1/me/devices", {"name": name})

    def waiting_devices(self) -> list[Json]:
        """The devices of others that wait for approval."""
        return list(self._get("/v1/principals/devices")["devices"])

    def devices_of(self, principal: str) -> list[Json]:
        """The devices of a person."""
        return list(self._get(f"/v1/principals/{_segment(principal)}/devices")["devices"])

    def decide_device(self, principal: str, device: str, act: str, body: Json) -> Json:
        """Approve, deny or revoke a device of another person."""
        return self._post_signed(f"/v1/principals/{_segment(principal)}/devices/{_segment(device)}/{act}", body)

    def _get(self, path: str, **query: str) -> Json:
        return self._ask("GET", path, params={name: value for name, value in query.items() if value})

    def _post(self, path: str, body: Json) -> Json:
        return self._ask("POST", path, json=body)

    def _post_signed(self, path: str, body: Json) -> Json:
        """Post what carries the signature of the request, where it has one."""
        return self._post(path, self._with_signature(body))

    def _with_signature(self, body: Json) -> Json:
        return body if self._signed is None else body | {"signed": self._signed}

    def _signature_header(self) -> dict[str, str]:
        """The header that carries the signature of a call without a body."""
        if self._signed is None:
            return {}
        return {"Signed-Act": b64(json.dumps(self._signed).encode())}

    def _ask(self, method: str, path: str, **more: Any) -> Json:
        return self._service.ask(method, path, (self._access_token, self._proof), self._language, **more)


def claims_of(call: requests.PreparedRequest, token: str) -> dict[str, str]:
    """Return the claims of a device proof (RFC 9449) for a call, without its nonce, and `rqh`."""
    address = urlsplit(call.url or "")
    body = call.body or b""
    return {
        "htm": call.method or "",
        "htu": f"{address.scheme}://{address.netloc}{address.path}",
        "ath": b64(hashlib.sha256(token.encode()).digest()),
        "rqh": content_hash(address.query.encode(), body if isinstance(body, bytes) else body.encode()),
    }


def proves(proof: str, said: Mapping[str, str]) -> bool:
    """Whether a proof is of a call, by its claims alone: the service checks it."""
    try:
        claims = json.loads(urlsafe_b64decode(proof.split(".")[1] + "=="))
    except (IndexError, ValueError):
        return False
    return isinstance(claims, dict) and all(claims.get(name) == value for name, value in said.items())


def _segment(text: str) -> str:
    return quote(text, safe="")
