"""The three client examples, run as a label system runs them: each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.processes import ROOT

CLIENTS = ROOT / "examples" / "clients"
BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""What spares a short run of Java half of its time: no second compiler, and no threads that collect garbage."""
LANGUAGES = {"python": (), "java": ("java", "javac"), "curl": ("curl", "jq")}
"""The programs that each needs."""
PRINTED, SOME_FAILED, STOPPED, SOME_UNSTORED = range(4)
"""What the examples exit with."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What a client did: `results` is one for each record, however the client prints them."""

    status: int
    output: str
    log: str

    @property
    def results(self) -> list[Json]:
        lines = [json.loads(line) for line in self.output.splitlines()]
        found: list[Json] = []
        for line in lines:
            results = line["answer"]["results"] if "answer" in line else [line]
            stored = line.get("stored", True)
            found += [one if stored or "error" in one else {**one, "stored": False} for one in results]
        return found

    @property
    def tokens(self) -> list[Json]:
        return [result["tokens"] for result in self.results]


@dataclass(frozen=True)
class Client:
    """One of the examples, with a folder for what it reads."""

    language: str
    command: Sequence[str]
    folder: Path

    def start(self, url: str, key: str, records: Iterable[Any], **settings: str) -> subprocess.Popen[str]:
        """Begin to print the labels of records; a record of type bytes is a line as it is."""
        file, secret = self.folder / "records.ndjson", self.folder / "key"
        file.write_bytes(b"".join(_line(record) + b"\n" for record in records))
        secret.write_text(f"{key}\n")
        variables = {
            "PATH": os.environ["PATH"],
            "LANG": "C",  # what it prints is UTF-8 all the same
            "MASKING_URL": url,
            "MASKING_API_KEY_FILE": str(secret),
        }
        return subprocess.Popen(
            [*self.command, str(file)],
            env=variables | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, url: str, key: str, records: Iterable[Any], **settings: str) -> Said:
        """Print the labels of records."""
        return ended(self.start(url, key, records, **settings))


def ended(process: subprocess.Popen[str]) -> Said:
    """Wait for a client."""
    output, log = process.communicate(timeout=60)
    return Said(process.returncode, output, log)


def command(language: str, classes: Path) -> list[str]:
    """How a client is started; Java's is compiled once, into `classes`, because that takes seconds."""
    if language == "python":
        return [sys.executable, str(CLIENTS / "label_client.py")]
    if language == "curl":
        return [str(CLIENTS / "label_client.sh")]
    if not classes.exists():
        brief = [f"-J{option}" for option in BRIEF]
        subprocess.run(["javac", *brief, "-Werror", "-d", classes, CLIENTS / "LabelClient.java"], check=True)
    return ["java", *BRIEF, "-cp", str(classes), "LabelClient"]


def _line(record: Any) -> bytes:
    return record if isinstance(record, bytes) else json.dumps(record, ensure_ascii=False).encode()
