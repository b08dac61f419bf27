"""A label system's way to the masking service: records go in, and what may be printed comes out.

Copy this file; it needs Python 3.10 or newer and nothing else. It keeps records in memory only, and neither a record
nor the key is ever in what it logs. docs/clients.md says what each answer means.

    export MASKING_URL=https://masking.example MASKING_API_KEY_FILE=label-printer.key
    python label_client.py records.ndjson >labels.ndjson
"""

import http.client
import json
import logging
import os
import random
import re
import ssl
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MAX_RECORDS = 1_000
"""The service takes no more in one call."""
MAX_BYTES = 1_000_000
"""The service takes 2 MiB, but proxies before it often 1 MB only."""
CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
"""The service answers within 5 seconds; the rest is for the network."""
FIRST_PAUSE, MAX_PAUSE = 0.25, 8.0
"""Between two attempts, in seconds: doubled from one to the next."""
MASKS_SECONDS = 30.0
"""After one batch waited for its tokens in vain, others do not for so long."""

HERE = {"127.0.0.1", "::1", "localhost"}

log = logging.getLogger("label_client")

Json = dict[str, Any]


class Refused(Exception):
    """The service will not do this, however often it is asked: a wrong key, a wrong request, a wrong address."""


class Unavailable(Exception):
    """The service did not do this now, and may do it later.

    Attributes:
        after: the seconds for which it asked to be left alone.
    """

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class LabelClient:
    """Gets the labels of records. Use one object a thread.

    Args:
        url: the service's: https://HOST[:PORT]; http:// on this machine only, or the key could be read on the way.
        key: the API key of a `label-printer`.
        schema: where the values are in the records.
        patience: for how many seconds a batch may wait for its tokens before it is printed without.
    """

    def __init__(self, url: str, key: str, schema: str = "standard", patience: float = 30.0) -> None:
        address = urlsplit(url)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in HERE):
            raise Refused("the URL is neither https:// nor this machine's")
        if not re.fullmatch(r"[\x21-\x7e]+", key):
            raise Refused("the key is none: it has to be one word")  # else an error below would show it
        self._https = address.scheme == "https"
        self._host, self._port = address.hostname or "", address.port
        self._path = address.path.rstrip("/")
        self._key = key
        self._schema = schema
        self._patience = patience
        self._masks_until = 0.0

    def labels(self, records: Iterable[Any]) -> Iterator[Json]:
        """One result a record, in the order of the records, while they are read.

        A result has `record`, which may be printed, or `error`, with a code and places. `tokens` refer to the values;
        where `stored` is False there are none yet: send that record again later.

        Raises:
            Refused: nothing more can be had.
            Unavailable: not even masks can be had now. Whatever was not yielded can be sent again.
        """
        batch: list[bytes] = []
        size = 0
        for number, record in enumerate(records, 1):
            text = _text(record, number)
            if len(batch) == MAX_RECORDS or size + len(text) > MAX_BYTES:
                yield from self._results(batch, number - len(batch))
                batch, size = [], 0
            batch.append(text)
            size += len(text) + 1
        if batch:
            yield from self._results(batch, number - len(batch) + 1)

    def _results(self, batch: list[bytes], first: int) -> list[Json]:
        """The results of a batch. What is wrong with a record is told."""
        results = self._answered(batch)
        for number, result in enumerate(results, first):
            if "error" in result:
                _tell(number, result["error"])
        return results

    def _answered(self, batch: list[bytes]) -> list[Json]:
        """The results of a batch. Records that were too much with the others are sent again, with fewer."""
        results = self._sent(batch)
        again = [at for at, result in enumerate(results) if result.get("error", {}).get("code") == "too-large"]
        if not again or len(batch) == 1:
            return results
        half = len(again) // 2 if len(again) == len(batch) else 0
        for part in filter(None, (again[:half], again[half:])):
            for at, result in zip(part, self._answered([batch[at] for at in part]), strict=True):
                results[at] = result
        return results

    def _sent(self, batch: list[bytes]) -> list[Json]:
        """The results of a batch: with tokens, or masked only where tokens cannot be had in time."""
        body = b'{"schema":%s,"records":[%s]}' % (json.dumps(self._schema).encode(), b",".join(batch))
        results = self._tokenized(body, len(batch))
        if results is None:
            results = self._repeated("/v1/mask", body, len(batch))
            for result in results:
                if "record" in result:
                    result["stored"] = False
        return results

    def _tokenized(self, body: bytes, count: int) -> list[Json] | None:
        if time.monotonic() < self._masks_until:
            return None
        try:
            return self._repeated("/v1/tokenize", body, count)
        except Unavailable as why:
            log.warning("%d records are masked without tokens: %s", count, why)
            self._masks_until = time.monotonic() + MASKS_SECONDS
            return None

    def _repeated(self, path: str, body: bytes, count: int) -> list[Json]:
        """Send the same bytes until they are answered: a number with the same values has the same tokens."""
        deadline = time.monotonic() + self._patience
        call = uuid.uuid4().hex
        attempt = 0
        while True:
            attempt += 1
            left = deadline - time.monotonic()
            try:
                return self._once(path, body, count, f"label-{call}-{attempt}", left)
            except Unavailable as why:
                # Half of the pause is chance, or all clients would come back at the same moment.
                pause = min(MAX_PAUSE, FIRST_PAUSE * 2 ** min(attempt - 1, 10)) * random.uniform(0.5, 1.0)
                pause += why.after
                log.warning("%s: attempt %d as label-%s-%d: %s", path, attempt, call, attempt, why)
                if time.monotonic() + pause >= deadline:
                    raise
            time.sleep(pause)

    def _once(self, path: str, body: bytes, count: int, request_id: str, left: float) -> list[Json]:
        """One attempt, on a connection of its own: so a dead pod is left, and every pod gets its share."""
        status, after, content = self._exchange(path, body, request_id, left)
        if status == 429 or status >= 500:
            raise Unavailable(f"{status} {_code(content)}", float(after) if re.fullmatch("[0-9]{1,6}", after) else 0.0)
        if status != 200:  # a redirect is not followed: no one else gets the key and the records
            raise Refused(f"{path} as {request_id}: {status} {_code(content)}")
        try:
            results: list[Json] = json.loads(content)["results"]
        except (ValueError, KeyError, TypeError):
            raise Unavailable("an answer that is none") from None
        if len(results) != count:
            raise Unavailable("an answer to something else")
        return results

    def _exchange(self, path: str, body: bytes, request_id: str, left: float) -> tuple[int, str, bytes]:
        kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=max(0.1, min(CONNECT_SECONDS, left)))
        headers = {
            "Authorization": f"Bearer {self._key}",
            "Content-Type": "application/json",
            "X-Request-Id": request_id,
        }
        try:
            connection.connect()
            connection.sock.settimeout(max(0.1, min(READ_SECONDS, left)))
            connection.request("POST", self._path + path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Retry-After", ""), answer.read()
        except ssl.SSLCertVerificationError:
            raise Refused("the service's certificate is not trusted") from None
        except (OSError, http.client.HTTPException) as fault:
            raise Unavailable(type(fault).__name__) from None
        finally:
            connection.close()


def _text(record: Any, number: int) -> bytes:
    """A record in JSON. Where it is none, or larger than a batch, null takes its place and fails alone."""
    try:
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        log.error("record %d: not sent: no JSON", number)
        return b"null"
    if len(text) > MAX_BYTES:
        log.error("record %d: not sent: more than %d bytes", number, MAX_BYTES)
        return b"null"
    return text


def _tell(number: int, error: Json) -> None:
    """Log what is wrong with a record: the place and the code, and never the value."""
    for fault in error.get("errors") or [{"pointer": "", "code": error["code"]}]:
        log.error("record %d: %s %s", number, fault["pointer"] or "(record)", fault["code"])


def _code(content: bytes) -> str:
    """The code of a problem, and the places that it names; nothing where something else has answered."""
    try:
        problem = json.loads(content)
        places = [f"{fault['pointer']} {fault['code']}" for fault in problem.get("errors", ())]
        return " ".join([problem["code"], *places])
    except (ValueError, KeyError, TypeError, AttributeError):
        return "(no problem document)"


def _read(lines: Iterable[bytes]) -> Iterator[Any]:
    """The records of lines. What is no JSON becomes something that is none either, and so fails alone."""
    for line in lines:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            yield float("nan")


def _client() -> LabelClient:
    """The client that the environment describes. The key is in a file or a variable, never on a command line."""
    try:
        file = os.environ.get("MASKING_API_KEY_FILE")
        key = Path(file).read_text("ascii") if file else os.environ["MASKING_API_KEY"]
        patience = float(os.environ.get("MASKING_PATIENCE", "30"))
        return LabelClient(os.environ["MASKING_URL"], key.strip(), patience=patience)
    except KeyError as missing:
        raise Refused(f"{missing} is not set") from None
    except ValueError:
        raise Refused("the key is no ASCII text, or MASKING_PATIENCE no number") from None


def main() -> int:
    """Print one result a line for each line of a file.

    Returns:
        0; 1 if some records failed; 3 if some have no tokens yet; 2 if it could not go on.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    if len(sys.argv) != 2:
        log.error("usage: label_client.py RECORDS.ndjson >LABELS.ndjson")
        return 2
    failed = unstored = 0
    try:
        with open(sys.argv[1], "rb") as lines:  # noqa: PTH123 - it may be a pipe
            for result in _client().labels(_read(lines)):
                failed += "error" in result
                unstored += result.get("stored") is False
                sys.stdout.buffer.write(json.dumps(result, ensure_ascii=False).encode() + b"\n")
    except (OSError, Refused, Unavailable) as why:
        log.error("stopped: %s", why)
        return 2
    return 1 if failed else 3 if unstored else 0


if __name__ == "__main__":
    sys.exit(main())
