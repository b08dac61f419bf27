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

MAX_PAGES: Final = 10
"""Pages of cases that are asked for at most, to show one."""

Json = dict[str, Any]


class ServiceUnavailableError(Exception):
    """The service did not answer, or not as its contract says.

    If its certificate is the reason, the text says what is wrong with it.
    """


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """A problem document of the service.

    Attributes:
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
    """Keeps connections to the service, whose certificate those of a file sign; None for the system's."""

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
        except (KeyError, TypeError):
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

    def get(self, *steps: str, **query: str) -> Json:
        """What is at the path of these steps, below `/v1`. Empty parameters are left out."""
        return self._ask("GET", *steps, params={name: value for name, value in query.items() if value})

    def cases(self, at_least: int = 1, **query: str) -> Json:
        """The first page of cases, and the pages behind it until there are so many cases.

        The service looks at a part of all cases for a page, which may be empty although others follow.
        """
        answer = page = self.get("cases", **query)
        found = list(page["cases"])
        for _ in range(1, MAX_PAGES):
            if len(found) >= at_least or "next" not in page:
                break
            page = self.get("cases", **query | {"after": page["next"], "counts": ""})
            found += page["cases"]
        return answer | {"cases": found, "next": page.get("next")}

    def post(self, *steps: str, body: Json | None = None) -> Json:
        """What the service answers to a body at the path of these steps."""
        return self._ask("POST", *steps, json=body)

    def get_signed(self, *steps: str) -> Json:
        """As `get`, with the signature of the request, where it has one."""
        return self._ask("GET", *steps, headers=self._signature_header())

    def post_signed(self, *steps: str, body: Json) -> Json:
        """As `post`, with the signature of the request, where it has one."""
        return self.post(*steps, body=self._with_signature(body))

    def delete_signed(self, *steps: str, body: Json | None = None) -> Json:
        """Delete what is at the path of these steps, with the signature of the request, where it has one."""
        if body is None:
            return self._ask("DELETE", *steps, headers=self._signature_header())
        return self._ask("DELETE", *steps, json=self._with_signature(body))

    def _with_signature(self, body: Json) -> Json:
        return body if self._signed is None else body | {"signed": self._signed}

    def _signature_header(self) -> dict[str, str]:
        """The header that carries the signature of a call without a body."""
        if self._signed is None:
            return {}
        return {"Signed-Act": b64(json.dumps(self._signed).encode())}

    def _ask(self, method: str, *steps: str, **more: Any) -> Json:
        path = "/".join(["/v1", *(quote(step, safe="") for step in steps)])
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
