"""The first batch: tokenizes the sample records, and follows one of them to the courier and the dispute desk.

It speaks HTTP as any client would and uses the development credentials; it knows nothing of the service's inside.

    python examples/first_batch.py --url http://127.0.0.1:8080 --state-dir .local
"""

import argparse
import json
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape
from rich.table import Table

BATCH = Path(__file__).with_name("first_batch.json")
SHOWN = 2
"""Records whose labels are shown. The whole tour fits on one screen."""

LARGE = 11
"""Waybills in a case that has to be approved."""

SIDES = ("sender", "recipient")

ATTEMPTS = 5
"""Of a call while the service is busy, as on a machine that is still starting other things."""
MAX_WAIT_SECONDS = 5

Json = dict[str, Any]


class Refused(Exception):
    """The service did not answer, or refused; the text is for the user.

    Args:
        code: of the problem; empty for no answer.
    """

    def __init__(self, text: str, code: object = "") -> None:
        super().__init__(text)
        self.code = code


class Caller:
    """One development client: its key, and the service that it calls.

    Args:
        url: the service's, ``http://HOST:PORT``.
        credentials: API keys by client.
        name: which of them to be.
    """

    def __init__(self, url: str, credentials: dict[str, str], name: str) -> None:
        self._url = url
        self._name = name
        self._headers = {"Authorization": f"Bearer {credentials[name]}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> Json:
        """The answer's JSON; a call is sent again while the service is busy.

        Raises Refused for every other answer than 2xx, and for none.
        """
        for _ in range(ATTEMPTS):
            status, content, wait = self._ask_once(method, path, body)
            if status // 100 == 2:
                return content
            if status != 503 or wait is None:
                break
            time.sleep(min(int(wait), MAX_WAIT_SECONDS))
        said = f"{content.get('code')}: {content.get('detail')}"
        raise Refused(f"{method} {path.partition('?')[0]} as {self._name}: {status} {said}", content.get("code"))

    def _ask_once(self, method: str, path: str, body: bytes | None) -> tuple[int, Json, str | None]:
        """Return the status, the answer's JSON, and its Retry-After."""
        address = urlsplit(self._url)
        connection = HTTPConnection(address.hostname or "", address.port or 80, timeout=10)
        try:
            connection.request(method, path, body, self._headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()), answer.headers["Retry-After"]
        except (OSError, HTTPException, ValueError):
            raise Refused(f"no masking service answers at {self._url}: `make run` starts one") from None
        finally:
            connection.close()


def main() -> None:
    """Run the tour."""
    parser = argparse.ArgumentParser(description="Send the sample batch to a development service.")
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--intake-url", help="The intake tier's, where the service is split.")
    parser.add_argument("--state-dir", type=Path, default=Path(".local"))
    options = parser.parse_args()
    console = Console(highlight=False)
    try:
        urls = options.url.rstrip("/"), (options.intake_url or options.url).rstrip("/")
        tour(console, urls, options.state_dir / "credentials.json")
    except Refused as reason:
        sys.exit(str(reason))


def tour(console: Console, urls: tuple[str, str], file: Path) -> None:
    """Tokenize, view, open a case, open one value, and say what to do next.

    Args:
        urls: of the service, and of the tier that stores.
    """
    url, intake = urls
    try:
        credentials = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise Refused(f"{file} cannot be read: `make run` starts a service that writes it") from None

    content = BATCH.read_bytes()
    before = json.loads(content)["records"]
    started = time.perf_counter()
    answer = Caller(intake, credentials, "label-printer").ask("POST", "/v1/tokenize", content)
    took = 1000 * (time.perf_counter() - started)
    results = answer["results"]
    show_labels(console, before, results)
    show_totals(console, before, results, took)

    number = before[0]["waybill_no"]
    view = Caller(url, credentials, "courier").ask("GET", f"/v1/waybills/{number}?profile=courier")
    console.print(f"\n[bold]What the courier sees of {number}[/bold] (the address, not the phone)")
    for side in SIDES:
        console.print(
            f"  {side:<9}  " + "  ".join(map(str, view["record"][side].values())), markup=False, soft_wrap=True
        )

    open_one(console, url, credentials, before, results)

    key = f'$(sed -n \'s/.*"label-printer": "\\(.*\\)".*/\\1/p\' {shlex.quote(str(file))})'
    console.print(f"\n[bold]The service[/bold]    {url}    [bold]its API[/bold]  {url}/docs")
    console.print("[bold]credentials[/bold]    ", end="")
    console.print(f"{file} (an API key for each role)", markup=False, soft_wrap=True)
    console.print("[bold]try it[/bold]")
    print(
        f"curl -s --noproxy '*' {intake}/v1/mask "
        f"-H \"Authorization: Bearer {key}\" -H 'Content-Type: application/json' "
        """-d '{"records": [{"sender": {"name": "张三", "phone": "13812345678"}}]}'"""
    )


def open_one(console: Console, url: str, credentials: dict[str, str], before: list[Any], results: list[Json]) -> None:
    """Open two cases, of which one has to be approved, and one value under the other."""
    number, tokens = before[0]["waybill_no"], results[0]["tokens"]
    now = time.time()  # names of cases are never used twice
    case = time.strftime("FIRST-BATCH-%Y-%jT%Hh%Mm%Ss", time.gmtime(now)) + f"{int(now % 1 * 1000):03d}"
    opening = {"case": case, "purpose": "dispute", "waybills": [number], "reason": "sample batch", "expires_in": 86400}
    desk = Caller(url, credentials, "service-desk")
    opened = desk.ask("POST", "/v1/cases", json.dumps(opening).encode())
    stored = [record["waybill_no"] for record, result in zip(before, results, strict=True) if "tokens" in result]
    large = opening | {"case": f"{case}-LARGE", "waybills": stored[:LARGE], "reason": "a lost bag"}
    desk.ask("POST", "/v1/cases", json.dumps(large).encode())
    wanted = {"purpose": "dispute", "case": case, "items": [{"token": tokens["/sender/phone"]}]}
    try:
        officer = Caller(url, credentials, "dispute-officer")
        value = officer.ask("POST", "/v1/detokenize", json.dumps(wanted).encode())["results"][0]["value"]
    except Refused as refused:
        if refused.code != "signature-required":
            raise
        value = "needs the officer's signature: sign in at the desk and make a key there"
    console.print(
        f"\n[bold]Opening one value[/bold]: the service desk opens the case {case} ({opened['status']}),",
        soft_wrap=True,
    )
    console.print(f"  a dispute officer opens one token under it:  {tokens['/sender/phone']}  →  ", end="")
    console.print(str(value), markup=False, soft_wrap=True)
    console.print(f"  A case with {LARGE} waybills waits for a supervisor's approval.")


def show_labels(console: Console, before: list[Any], results: list[Json]) -> None:
    """The first records, before and after; a value that several of them have is shown once."""
    table = Table("field", title="labels, before and after", title_justify="left", box=None)
    for heading in ("sent", "printed"):
        table.add_column(heading, overflow="fold")
    shown = {"null", '""'}
    for record, result in zip(before[:SHOWN], results, strict=False):
        printed = dict(values(result["record"]))
        for field, value in values(record):
            text = written(value)
            if text not in shown and (value != printed[field] or field.startswith(SIDES)):
                table.add_row(field, escape(text), escape(written(printed[field])))
            shown.add(text)
    console.print(table)


def values(record: Json) -> Iterator[tuple[str, Any]]:
    """The fields of a record, those of its two sides one by one."""
    for name, value in record.items():
        if name in SIDES and isinstance(value, dict):
            yield from ((f"{name}.{part}", inner) for part, inner in value.items())
        else:
            yield name, value


def written(value: Any) -> str:
    """A value as the table shows it: text without its quotes, everything else as JSON."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def show_totals(console: Console, before: list[Any], results: list[Json], took: float) -> None:
    """How many there were, what failed, and what was warned of."""
    failed = [result["error"]["code"] for result in results if "error" in result]
    created = sum(result.get("created", False) for result in results)
    warned = [warning["code"] for result in results for warning in result.get("warnings", ())]
    tokens = sum(len(result.get("tokens", ())) for result in results)
    console.print(
        f"[bold]{len(before)} records in {took:.0f} ms[/bold]: {created} stored now, "
        f"{len(before) - created - len(failed)} known before, {len(failed)} failed; {tokens:,} tokens"
    )
    console.print(f"warnings: {listed(warned)}")
    console.print(
        f"failed, each alone: {listed(failed)}. [bold]These {len(failed)} faults are planted[/bold] "
        "at the end of the batch, to show how a record fails.",
        soft_wrap=True,
    )


def listed(codes: Iterable[str]) -> str:
    """Codes with their counts."""
    return ", ".join(f"{code} {count}" for code, count in sorted(Counter(codes).items())) or "none"


if __name__ == "__main__":
    main()
