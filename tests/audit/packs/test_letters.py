"""Tests which kinds of values the letters to possible victims name."""

import re

import pytest

from masking_audit.packs.letters import letters
from masking_service.masking.kinds.table import TOKEN_KINDS

SAYS = re.compile(r"\*\*What it is about:\*\* (.*)\.")


def said(*kinds: str) -> str:
    """Return the kinds that the English letter names."""
    found = SAYS.search(letters(kinds, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")["letter.en.md"])
    assert found
    return found[1]


def test_a_letter_names_each_kind_that_gets_tokens_and_no_other() -> None:
    assert len({said(kind) for kind in TOKEN_KINDS}) == len(TOKEN_KINDS)
    assert (said("email"), said("unit", "name")) == ("e-mail address", "name, unit and room")


def test_a_letter_names_what_a_label_has_where_it_is_not_known_what_was_shown() -> None:
    assert (said(), said("email", "")) == ("name, phone, address", "name, phone, address, e-mail address")


def test_no_letter_is_written_about_a_kind_without_a_name() -> None:
    with pytest.raises(ValueError, match="of the kind passport"):
        said("phone", "passport")


def test_letters_are_in_both_languages() -> None:
    written = letters(["phone"], "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")

    assert "涉及内容：** 电话。" in written["letter.zh.md"]
    assert "2026-11-01T00:00:00Z" in written["letter.en.md"]
