"""How the files are read that options of the `audit` commands name."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from masking_audit.cli.file_options import approvers_in, note_key_in
from masking_audit.tiles.notes import COSIGNER, LOG, NoteKey

ONE, OTHER = "0a" * 32, "fb" * 32
KEYS = {kind: NoteKey("log.example", kind, bytes(32)) for kind in (LOG, COSIGNER)}


@pytest.mark.parametrize(
    ("text", "approvers"),
    [
        ("", set()),
        (f"{ONE}\n", {ONE}),
        (f"# {OTHER}\n\n{ONE.upper()}  supervisor wang\r\n{OTHER} {ONE}", {ONE, OTHER}),
        (f"\ufeff{ONE}", {ONE}),
    ],
)
def test_approvers_are_the_first_words_of_the_lines(tmp_path: Path, text: str, approvers: set[str]) -> None:
    path = tmp_path / "approvers.txt"
    path.write_text(text, "utf-8")

    assert approvers_in(path) == approvers


@pytest.mark.parametrize("text", ["wang", ONE[1:], f"{ONE}0", f" # {ONE}", f"wang {ONE}", f"{ONE}\nwang"])
def test_a_line_that_begins_with_another_word_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "approvers.txt"
    path.write_text(text, "utf-8")

    with pytest.raises(click.BadParameter, match="each line begins with a fingerprint") as refused:
        approvers_in(path)
    assert refused.value.param_hint == "--approvers"


@pytest.mark.parametrize(("wanted", "given", "of"), [(LOG, COSIGNER, "a cosigner"), (COSIGNER, LOG, "a log")])
def test_a_key_of_another_kind_is_refused(tmp_path: Path, wanted: int, given: int, of: str) -> None:
    path = tmp_path / "key"
    path.write_text(f"{KEYS[wanted]}\n")
    assert note_key_in(path, wanted) == KEYS[wanted]

    path.write_text(f"{KEYS[given]}\n")
    with pytest.raises(click.BadParameter, match=f"{path}: is a key of {of}"):
        note_key_in(path, wanted)
