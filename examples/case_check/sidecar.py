"""Answers the questions of the masking service from a ticket system. Standard library only.

    python sidecar.py --key case-check.key table cases.csv
    TICKETS_TOKEN=… python sidecar.py --key case-check.key --prefix D- zendesk https://express.zendesk.com 36012345

Run it beside the service, or behind https. Both sides have the key. See docs/case-check.md.

Each mapping goes from a case's number to `Ticket`, or None if it is unknown. It needs a field of the ticket that lists
the waybills, separated by spaces, commas or lines. Adapt the names.

A ticket is a case under one number only, or it would confirm as many cases as it has spellings. `Ticket.case` is that
number as the ticket system spells it, and the service refuses a case with another one.
"""

from __future__ import annotations

import argparse
import csv
import hmac
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

FETCH_SECONDS = 0.5
"""The service waits 0.8 seconds in all."""


class Ticket(NamedTuple):
    """A ticket: whether it is open, which waybills it lists, and the one number under which it is a case."""

    open: bool
    waybills: list[str]
    opened_at: str = ""
    assignee: str = ""
    case: str | None = None


Lookup = Callable[[str], Ticket | None]


def fetch(url: str, headers: Mapping[str, str]) -> Any:
    """Return the JSON of a URL; None for 404."""
    request = urllib.request.Request(url, headers={"Accept": "application/json", **headers})  # noqa: S310 -- the operator gives the URL
    try:
        with urllib.request.urlopen(request, timeout=FETCH_SECONDS) as answer:  # noqa: S310 -- as above
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def numbers(text: object) -> list[str]:
    """Return the waybill numbers in a text field."""
    return re.findall(r"[A-Za-z0-9-]{6,40}", str(text or ""))


def table(path: Path) -> Lookup:
    """A CSV file with the columns case, open (yes or no), waybills and assignee. It is read at each question."""

    def lookup(case: str) -> Ticket | None:
        with path.open(encoding="utf-8-sig", newline="") as rows:
            for row in csv.DictReader(rows):
                if row["case"] == case:
                    is_open = row["open"].strip().lower() == "yes"
                    return Ticket(is_open, numbers(row["waybills"]), assignee=row.get("assignee") or "", case=case)
        return None

    return lookup


def zendesk(url: str, token: str, field: str, prefix: str = "") -> Lookup:
    """Zendesk Support: the case is the ticket's number behind a prefix of yours (`--prefix D-`: `D-123`).

    `field` is the id of the custom field with the waybills, `token` an OAuth access token with `tickets:read`.
    """

    def lookup(case: str) -> Ticket | None:
        number = case.removeprefix(prefix)
        if not (case.startswith(prefix) and re.fullmatch("[1-9][0-9]*", number)):
            return None
        found = fetch(f"{url}/api/v2/tickets/{number}.json", {"Authorization": f"Bearer {token}"})
        if found is None:
            return None
        ticket = found["ticket"]
        values = {str(one["id"]): one["value"] for one in ticket["custom_fields"]}
        is_open = ticket["status"] not in ("solved", "closed")
        assignee, own = str(ticket["assignee_id"] or ""), f"{prefix}{ticket['id']}"
        return Ticket(is_open, numbers(values.get(field)), ticket["created_at"], assignee, own)

    return lookup


def servicenow(url: str, token: str, field: str) -> Lookup:
    """ServiceNow: the case is the incident's number (`INC0010001`); `field` is the column with the waybills.

    ServiceNow finds it in small letters, too; `number` is how it is spelt.
    """

    def lookup(case: str) -> Ticket | None:
        columns = f"number,active,sys_created_on,assigned_to,{field}"
        query = f"sysparm_query=number={quote(case)}&sysparm_fields={columns}&sysparm_limit=1"
        found = fetch(f"{url}/api/now/table/incident?{query}", {"Authorization": f"Bearer {token}"})
        if not found or not found["result"]:
            return None
        row = found["result"][0]
        assignee = row["assigned_to"]
        who = assignee.get("value", "") if isinstance(assignee, dict) else assignee
        return Ticket(row["active"] == "true", numbers(row.get(field)), row["sys_created_on"], who, row["number"])

    return lookup


def jira(url: str, token: str, field: str) -> Lookup:
    """Jira Service Management: the case is the issue's key (`D-123`); `field` is such as `customfield_10042`.

    Jira finds it in small letters and under keys that it had in other projects, too; `key` is its own one. `token` is a
    personal access token (Data Center); the cloud takes `Basic` with e-mail and API token.
    """

    def lookup(case: str) -> Ticket | None:
        asked = f"{url}/rest/api/2/issue/{quote(case)}?fields=status,created,assignee,{field}"
        found = fetch(asked, {"Authorization": f"Bearer {token}"})
        if found is None:
            return None
        fields = found["fields"]
        is_open = fields["status"]["statusCategory"]["key"] != "done"
        who = (fields["assignee"] or {}).get("name", "")
        return Ticket(is_open, numbers(fields.get(field)), fields["created"], who, found["key"])

    return lookup


def with_people(lookup: Lookup, path: Path) -> Lookup:
    """Name each assignee as the service does: a CSV file with the columns assignee and principal (`staff/lin`)."""
    with path.open(encoding="utf-8-sig", newline="") as rows:
        people = {row["assignee"]: row["principal"] for row in csv.DictReader(rows)}

    def named(case: str) -> Ticket | None:
        ticket = lookup(case)
        if ticket is None:
            return None
        return ticket._replace(assignee=people.get(ticket.assignee, ""))

    return named


SYSTEMS = {"servicenow": servicenow, "jira": jira}

TIMESTAMP, SIGNATURE = "Masking-Timestamp", "Masking-Signature"
OLDEST_SECONDS = 60
MAX_BODY_BYTES = 4_096


def sign(key: bytes, *parts: bytes) -> str:
    """Return the signature over parts, each preceded by its length as four bytes."""
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return "v1=" + hmac.digest(key, framed, "sha256").hex()


def create_server(lookup: Lookup, key: bytes, port: int) -> ThreadingHTTPServer:
    """Return a server on this machine that answers with the tickets that `lookup` finds."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers["Content-Length"]), MAX_BODY_BYTES))
            timestamp = self.headers.get(TIMESTAMP, "")
            signed = hmac.compare_digest(self.headers.get(SIGNATURE, ""), sign(key, timestamp.encode(), body))
            if not signed or abs(time.time() - int(timestamp)) > OLDEST_SECONDS:
                self.send_error(403)
                return
            question = json.loads(body)
            try:
                ticket = lookup(question["case"])
            except Exception as error:  # the service refuses the case; the reason is for the operator
                self.log_error("the ticket system failed: %s", type(error).__name__)
                self.send_error(502)
                return
            if ticket is None:
                self.send_error(404)
                return
            answer = json.dumps({"nonce": question["nonce"], **ticket._asdict()}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.send_header(SIGNATURE, sign(key, question["nonce"].encode(), answer))
            self.end_headers()
            self.wfile.write(answer)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Log no case numbers."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve until it is stopped."""
    parser = argparse.ArgumentParser(description="Answers the masking service from a ticket system.")
    parser.add_argument("--key", type=Path, required=True, help="the file with the shared key")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--people", type=Path, help="a CSV file: who is which assignee (columns assignee, principal)")
    parser.add_argument("--prefix", default="", help="what stands before the ticket's number in a case's (zendesk)")
    parser.add_argument("system", choices=("table", "zendesk", *SYSTEMS))
    parser.add_argument("where", help="the CSV file, or the URL of the ticket system")
    parser.add_argument("field", nargs="?", default="", help="the field that lists the waybills")
    given = parser.parse_args()
    if given.system == "table":
        lookup = table(Path(given.where))
    elif given.system == "zendesk":
        lookup = zendesk(given.where, os.environ["TICKETS_TOKEN"], given.field, given.prefix)
    else:
        lookup = SYSTEMS[given.system](given.where, os.environ["TICKETS_TOKEN"], given.field)
    if given.people:
        lookup = with_people(lookup, given.people)
    create_server(lookup, given.key.read_bytes().rstrip(b"\r\n"), given.port).serve_forever()


if __name__ == "__main__":
    main()
