"""How many files of this project one call enters: what its reader has to open."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bench.waybills import Waybills
from masking_service.shipped import ROOT
from tests.web.api import SITE, Api, Json
from tests.web.people import COURIER, OFFICER, PRINTER

OURS = tuple(f"{ROOT / top}/" for top in ("keys", "masking_service", "masking_audit"))


def entered(api: Api, who: str, method: str, path: str, bodies: Sequence[Json | None]) -> list[str]:
    """The files whose functions the second of two calls enters: the first one fills what is kept in memory."""
    files: set[str] = set()

    def note(frame: FrameType, event: str, arg: Any) -> None:
        del arg
        if event == "call" and frame.f_code.co_filename.startswith(OURS):
            files.add(frame.f_code.co_filename)

    for body in bodies:
        files.clear()
        random.seed(1)  # one in 256 of the request's ids is read as a text
        sys.setprofile(note)
        try:
            answered = api.call(who, method, path, body)
        finally:
            sys.setprofile(None)
        assert answered.status_code == 200, answered.get_json()
    return sorted(str(Path(file).relative_to(ROOT)) for file in files)


@pytest.mark.parametrize(
    ("name", "who", "limit"),
    [("mask", PRINTER, 18), ("tokenize", PRINTER, 29), ("view", COURIER, 36), ("open", OFFICER, 33)],
)
def test_a_call_enters_few_files(api: Api, name: str, who: str, limit: int) -> None:
    stored, first, second = Waybills("SF", 1).records(3)
    number = stored["waybill_no"]
    (kept,) = api.tokenize(stored, custody={"site": SITE})
    api.open_case("D-1", number)
    opening: Json = {"purpose": "dispute", "case": "D-1", "items": [{"token": kept["tokens"]["/recipient/phone"]}]}
    calls: dict[str, tuple[str, str, Json | None, Json | None]] = {
        "mask": ("POST", "/v1/mask", {"records": [first]}, {"records": [second]}),
        "tokenize": ("POST", "/v1/tokenize", {"records": [first]}, {"records": [second]}),
        "view": ("GET", f"/v1/waybills/{number}", None, None),
        "open": ("POST", "/v1/detokenize", opening, opening),
    }
    method, path, *bodies = calls[name]

    files = entered(api, who, method, path, bodies)

    print(f"{name}: {len(files)} files", *files, sep="\n")
    assert len(files) <= limit


def test_a_write_does_nothing_for_searches_where_no_index_is_kept(api: Api) -> None:
    records = Waybills("SF", 1).records(1)
    known: Json = {"records": records}

    files = entered(api, PRINTER, "POST", "/v1/tokenize", [known, known])

    assert "masking_service/service/vault/vault.py" in files
    assert [file for file in files if file.startswith("masking_service/service/search")] == []
