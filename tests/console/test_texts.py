"""The desk speaks Chinese: every text is translated, and the compiled catalog is the current one."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOG = ROOT / "masking_console" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"


def test_every_text_is_translated(tmp_path: Path) -> None:
    template = tmp_path / "desk.pot"
    marked = [word for name in ("_", "later", "several:1,2") for word in ("-k", name)]
    extract = ["extract", "-F", "masking_console/babel.cfg", *marked, "-o", str(template)]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", *extract, "masking_console"]
    subprocess.run(command, cwd=ROOT, check=True)
    with template.open("rb") as wanted, CATALOG.open("rb") as held:
        texts = {message.id for message in read_po(wanted) if message.id}
        translated = {message.id: message.string for message in read_po(held, locale="zh") if message.id}

    assert texts - {text for text, words in translated.items() if words and all(words)} == set()
    assert set(translated) - texts == set()


def test_the_compiled_catalog_is_the_current_one() -> None:
    compiled = io.BytesIO()
    with CATALOG.open("rb") as held:
        write_mo(compiled, read_po(held, locale="zh"))

    assert CATALOG.with_suffix(".mo").read_bytes() == compiled.getvalue()
