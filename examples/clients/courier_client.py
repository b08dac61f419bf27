"""A courier app's way to the masking service: show a parcel, ring its door, end the call.

Copy this file; it needs Python 3.10 or newer and nothing else. It never holds a phone of the recipient: it shows a
mask, and dials a privacy number. docs/calls.md says what each answer means.

    export MASKING_URL=https://masking.example MASKING_TOKEN=…    # the access token of the courier who is signed in
    python courier_client.py YT8800400000001
"""

import http.client
import json
import os
import random
import sys
import time
import uuid
from typing import Any
from urllib.parse import quote, urlsplit

READ_SECONDS = 10.0
"""The service answers within 5 seconds; the rest is for the network."""
ATTEMPTS = 3
PAUSE_SECONDS = 1.0
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

    def parcel(self, waybill_no: str) -> Json:
        """Return a parcel of the round, masked. Fetch it once and keep it: each full address is budgeted."""
        return self._ask("GET", f"/v1/waybills/{quote(waybill_no, safe='')}")

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
    "no-caller-number": "your phone number is not registered: ask your site",
    "not-callable": "this parcel has no number that can be dialled",
    "quota-exceeded": "too many for now",
    "frozen": "see your supervisor",
    "calls-unavailable": "no line now: try again in some seconds",
}
"""What the app says to the courier."""


def main(waybill_no: str) -> int:
    """Show a parcel, and the number to dial for its door."""
    client = CourierClient(os.environ["MASKING_URL"], os.environ["MASKING_TOKEN"])
    try:
        record = client.parcel(waybill_no)["record"]
        made = client.call(waybill_no)
    except Refused as refused:
        print(SAID.get(refused.code, refused.code), refused.retry_at, file=sys.stderr)
        return 1
    print(json.dumps(record, ensure_ascii=False))
    print("dial", made["dial"], *(["then", made["extension"]] if made["extension"] else []))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]) if len(sys.argv) > 1 else "give a waybill number")
