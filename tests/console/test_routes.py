"""Every address of the desk, with the methods that it answers and who answers: `routes.txt` lists them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

LISTED = Path(__file__).with_name("routes.txt")


def test_the_addresses_of_the_desk_are_as_listed(app: Flask) -> None:
    found = sorted(
        f"{rule.rule} {' '.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))}: {rule.endpoint}"
        for rule in app.url_map.iter_rules()
    )

    assert found == LISTED.read_text("utf-8").splitlines()
