"""A page and its Chinese translation stay together: a translation says of which English text it is one."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.e2e.processes import ROOT
from tests.every import every

MARK = re.compile(r"<!-- English page: sha256 ([0-9a-f]{16}) -->\n")
TRANSLATIONS = sorted([ROOT / "README.zh-CN.md", *(ROOT / "docs").rglob("*.zh-CN.md")])
FOR_THOSE_WHO_WORK = (
    "compliance",
    "glossary",
    "holds",
    "incidents",
    "incidents-law",
    "leaks",
    "installation",
    *(f"quickstart/{name}" for name in ("auditor", "courier-app", "key-holder", "label-system", "operator")),
)
OTHER_WORDS = {
    "粉碎": "销毁",
    "接入主机": "录入主机",
    "开启层": "还原层",
    "查看层": "还原层",
    "两级部署": "两层部署",
    "访问令牌": "登录凭证",
}
"""Words that were in use for what the glossary calls otherwise."""


@pytest.mark.parametrize("page", TRANSLATIONS, ids=lambda page: page.name)
def test_a_translation_is_of_the_english_page_as_it_is(page: Path) -> None:
    """After a change to the English page: translate it, then write the new digest into the first line."""
    english = page.with_name(page.name.replace(".zh-CN", ""))
    mark = MARK.match(page.read_text("utf-8"))

    assert mark is not None
    assert mark[1] == hashlib.sha256(english.read_bytes()).hexdigest()[:16]


def test_one_thing_has_one_name_in_chinese() -> None:
    texts = [*TRANSLATIONS, *ROOT.glob("masking_*/translations/zh/LC_MESSAGES/messages.po")]
    assert len(texts) > len(TRANSLATIONS)
    assert [f"{text.name}: {word}" for text in texts for word in OTHER_WORDS if word in text.read_text("utf-8")] == []


@every("page", FOR_THOSE_WHO_WORK)
def test_the_pages_of_those_who_work_in_chinese_are_translated(page: str) -> None:
    assert (ROOT / "docs" / f"{page}.zh-CN.md") in TRANSLATIONS
