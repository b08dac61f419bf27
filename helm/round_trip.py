"""What `helm test` runs: one invented record through the service, there and back. It prints no key and no token."""

import http.client
import json
import os
import sys
from typing import Any
from urllib.parse import urlsplit

RECORD = {
    "waybill_no": "HELM-TEST-0001",
    "recipient": {"name": "测试", "phone": "13800000000", "address": "测试路1号2幢303室"},
}


def main(url: str, intake: str, key: str) -> None:
    """Ask in the order in which a new installation fails. `intake` masks and stores, and may be another tier."""
    check(ask(url, "/healthz")[0] == 200, "it is alive")
    check(ask(url, "/readyz?for=mask")[0] == 200, "it can mask: keys, policy and clients are there")
    status, answer = ask(url, "/readyz")
    check(status == 200, "it can do everything else: " + ", ".join(f["reason"] for f in answer.get("faults", [])))
    if intake != url:
        check(ask(intake, "/readyz")[0] == 200, "the intake tier can store: it has keys, store and publication")
    check(ask(intake, "/v1/mask", body={"records": [RECORD]})[0] == 401, "a call without a credential is refused")
    check(bool(key), "the Secret with the API key of a label printer is there")
    status, answer = ask(intake, "/v1/mask", key, {"records": [RECORD]})
    masked = answer["results"][0]["record"]["recipient"] if status == 200 else {}
    check(masked.get("phone") == "*******0000", "a label printer masks, and a phone is hidden")
    check("303" not in masked["address"], "a room is hidden")
    first, again = (tokenized(intake, key) for _ in range(2))
    check(set(first) == {"/recipient/name", "/recipient/phone", "/recipient/address"}, "each value gets its token")
    check(first == again, "the same record gets the same tokens: it was stored, and read back with the keys")


def tokenized(url: str, key: str) -> dict[str, str]:
    """The record's tokens; none where it is refused. A record is written once, so the next test finds this one."""
    status, answer = ask(url, "/v1/tokenize", key, {"records": [RECORD]})
    return answer["results"][0].get("tokens", {}) if status == 200 else {}


def ask(url: str, path: str, key: str = "", body: object = None) -> tuple[int, dict[str, Any]]:
    """One call, straight to the service: the status and what the answer's JSON says."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        if body is None:
            connection.request("GET", path, headers=headers)
        else:
            connection.request("POST", path, json.dumps(body).encode(), headers)
        answered = connection.getresponse()
        return answered.status, json.load(answered)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        sys.exit(f"not reached: {path} ({type(fault).__name__})")
    finally:
        connection.close()


def check(holds: bool, what: str) -> None:
    """Say what holds, or end with what does not."""
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"ok: {what}")


if __name__ == "__main__":
    service = os.environ["MASKING_URL"]
    main(service, os.environ.get("MASKING_INTAKE_URL", service), os.environ.get("MASKING_TEST_KEY", "").strip())
