"""The page of the OpenAPI document: everything that it is made of comes from the service itself."""

from __future__ import annotations

import re

import pytest

from tests.web.api import Api, refusal

ASSET = re.compile(r'(?:src|href)="([^"]*)"')


@pytest.fixture(scope="module")
def page(shared: Api) -> str:
    return shared.get(None, "/docs").text


def test_the_page_refers_to_files_of_its_own_only(page: str) -> None:
    assets = ASSET.findall(page)
    assert len(assets) == 4
    assert all(re.fullmatch(r"/docs/[a-z0-9.-]+", asset) for asset in assets)


def test_the_page_names_no_other_host(shared: Api, page: str) -> None:
    for text in (page, shared.get(None, "/docs/start.js").text):
        assert not re.search(r"https?:|//\w", text)


def test_every_file_of_the_page_is_served(shared: Api, page: str) -> None:
    for asset in ASSET.findall(page):
        answered = shared.get(None, asset)
        assert answered.status_code == 200
        assert answered.data


def test_nothing_else_of_the_viewer_is_served(shared: Api) -> None:
    assert refusal(shared.get(None, "/docs/oauth2-redirect.html")) == (404, "not-found")


def test_the_page_has_no_script_or_style_inside(page: str) -> None:
    assert re.findall(r"<script[^>]*>([^<]*)", page) == ["", ""]
    assert "<style" not in page
    assert not re.search(r"\s(?:on\w+|style)=", page)


def test_the_browser_is_told_to_load_from_here_only(shared: Api) -> None:
    policy = shared.get(None, "/docs").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy


def test_the_viewer_asks_no_validator(shared: Api) -> None:
    assert "validatorUrl: null" in shared.get(None, "/docs/start.js").text
