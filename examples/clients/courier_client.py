"""A courier app's way to the masking service: fetch a round, find a parcel at the counter, ring a door, end the call.

Copy this file; it needs Python 3.10 or newer and nothing else. It never holds a phone of the recipient: it shows a
mask, and dials a privacy number. docs/calls.md and docs/search.md say what each answer means.

    export MASKING_URL=https://masking.example MASKING_TOKEN=…    # the access token of the courier who is signed in
    python courier_client.py me                                   # who is signed in, and for which sites
    python courier_client.py round YT8800400000001 YT8800400000002
    python courier_client.py find 5678                            # the last four digits of the recipient's phone
    python courier_client.py call YT8800400000001
"""

import argparse
import http.client
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

READ_SECONDS = 10.0
"""The service answers within 5 seconds; the rest is for the network."""
ATTEMPTS = 3
PAUSE_SECONDS = 1.0
ROUND = 20
"""Waybills in one call: at most 50, and a call that passes a budget shows none. The default policy has 40 a minute."""
LOOPBACK = {"127.0.0.1", "::1", "localhost"}

Json = dict[str, Any]


class Refused(Exception):
    """The service will not do this now. `code` says why, `retry_at` when a budget frees."""

    def __init__(self, code: str, retry_at: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.retry_at = retry_at


class CourierClient:
    """Calls the service as one courier.

    Args:
        url: the service's: https://HOST[:PORT]; http:// on this machine only, or the token could be read on the way.
        token: the courier's access token, or in development an API key.
    """

    def __init__(self, url: str, token: str) -> None:
        address = urlsplit(url)
        self._https = address.scheme == "https"
        if not self._https and address.hostname not in LOOPBACK:
            raise ValueError("the URL is neither https:// nor this machine's")
        self._host, self._port = address.hostname or "", address.port
        self._token = token

    def me(self) -> Json:
        """Return who is signed in, and what they may do: `principal`, `sites`, `search`, `frozen` and more."""
        return self._ask("GET", "/v1/me")

    def parcel(self, waybill_no: str) -> Json:
        """Return a parcel of the round, masked. Fetch it once and keep it: each full address is budgeted."""
        return self._ask("GET", f"/v1/waybills/{quote(waybill_no, safe='')}")

    def round(self, waybills: Sequence[str]) -> Iterator[Json]:
        """Yield each parcel of a round as `parcel` returns it, or its number with an `error`. Keep what came.

        Raises:
            Refused: not now. What came before has been paid for, and is the app's.
        """
        for start in range(0, len(waybills), ROUND):
            yield from self._ask("POST", "/v1/waybills/view", {"waybills": waybills[start : start + ROUND]})["results"]

    def find(self, last4: str, site: str) -> list[Json]:
        """Return the parcels at a site whose recipient's phone ends with four digits, for a person at the counter."""
        found: list[Json] = self._ask("POST", "/v1/search", {"last4": last4, "site": site})["results"]
        return found

    def call(self, waybill_no: str, field: str = "/recipient/phone") -> Json:
        """Return what to dial: `dial`, and `extension` after it where there is one.

        Sent again after a lost answer it is the same call, and while it lives the same number.
        """
        return self._ask("POST", "/v1/calls", {"waybill_no": waybill_no, "field": field})

    def end(self, call: str) -> None:
        """End a call, so that the number no longer reaches the person. One that has ended already is no error."""
        self._ask("DELETE", f"/v1/calls/{call}")

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send a request until it is answered. Each of these may be sent again: nothing is bound twice.

        Raises:
            Refused: not now.
        """
        status, answer = self._once(method, path, body)
        for attempt in range(1, ATTEMPTS):
            if status != 503:
                break
            time.sleep(PAUSE_SECONDS * attempt * random.uniform(0.5, 1.0))
            status, answer = self._once(method, path, body)
        if status >= 300:
            raise Refused(str(answer.get("code", status)), str(answer.get("retry_at", "")))
        return answer

    def _once(self, method: str, path: str, body: Json | None) -> tuple[int, Json]:
        """One attempt, on a connection of its own. No answer is a 503, too."""
        kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=READ_SECONDS)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "X-Request-Id": f"courier-{uuid.uuid4().hex}",  # for the operator, who finds it in the logs
        }
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 503, {"code": "unreachable"}
        finally:
            connection.close()


SAID = {
    "not-found": "not in your round: scan it",
    "too-many": "too many parcels: ask for the number",
    "forbidden": "not set up for you",
    "no-caller-number": "your phone number is not registered: ask your site",
    "not-callable": "this parcel has no number that can be dialled",
    "quota-exceeded": "too many for now",
    "frozen": "see your supervisor",
    "calls-unavailable": "no line now: try again in some seconds",
}
"""What the app says to the courier."""


def said(code: str, retry_at: str = "") -> str:
    """A refusal in words."""
    return f"{SAID.get(code, code)} {retry_at}".strip()


def show(parcel: Json) -> None:
    """Print a parcel, or why there is none."""
    if "error" in parcel:
        print(parcel["waybill_no"], said(parcel["error"]["code"]))
    else:
        print(parcel["waybill_no"], json.dumps(parcel["record"], ensure_ascii=False))


def run(client: CourierClient, do: str, what: Sequence[str]) -> None:
    """Do one thing, and print what came of it. Raises Refused."""
    if do == "me":
        me = client.me()
        print(me["principal"], "at", *me["sites"])
    elif do == "round":
        for parcel in client.round(what):
            show(parcel)
    elif do == "find":
        for site in client.me()["sites"]:
            for parcel in client.find(what[0], site):
                show(parcel)
    else:
        made = client.call(what[0])
        print("dial", made["dial"], *(["then", made["extension"]] if made["extension"] else []))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="What a courier's app asks of the masking service.")
    commands = parser.add_subparsers(dest="do", required=True)
    commands.add_parser("me", help="who is signed in").set_defaults(what=[])
    for name, takes, count, says in (
        ("round", "WAYBILL", "+", "the parcels of a round"),
        ("find", "LAST4", 1, "parcels at your sites, by the last four digits of the recipient's phone"),
        ("call", "WAYBILL", 1, "the number to dial for a parcel's recipient"),
    ):
        commands.add_parser(name, help=says).add_argument("what", metavar=takes, nargs=count)
    asked = parser.parse_args()
    try:
        run(CourierClient(os.environ["MASKING_URL"], os.environ["MASKING_TOKEN"]), asked.do, asked.what)
    except Refused as refused:
        print(said(refused.code, refused.retry_at), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
