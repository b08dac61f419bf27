"""The Chinese documents name roles, actions, purposes, outcomes and kinds beside their codes."""

import csv
import io
from pathlib import Path

import pytest

from masking_audit.packs.documents import NAMES, Document, PackTable
from masking_service.audit.actions import Action
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.service.people.policy import Policy
from masking_service.texts import LANGUAGES, Language

POLICY = Policy.load(Path(__file__).parents[3] / "policy.yaml", development=True).rules


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("action", Action),
        ("role", POLICY.roles),
        ("purpose", POLICY.purposes),
        ("kind", TOKEN_KINDS),
    ],
)
def test_every_code_of_the_default_policy_has_a_name(header: str, codes: list[str]) -> None:
    assert [code for code in codes if code not in NAMES[header]] == []


def test_chinese_tables_have_the_names_beside_the_codes_and_english_ones_the_codes_alone() -> None:
    headers = ("role", "action", "purpose", "kinds", "opens", "principal")
    row = ("courier", "view", "own-purpose", "name, phone", "dispute (name) + case", "staff/view")
    document = Document("sharing", [], [PackTable("given", headers, [row])])

    def rows(language: Language) -> list[list[str]]:
        out = io.StringIO()
        document.write_csv(out, language)
        return [*csv.reader(io.StringIO(out.getvalue()))]

    (_, english), (_, chinese) = map(rows, LANGUAGES)

    assert tuple(english[1:]) == row
    assert chinese[1:] == [
        "courier（快递员）",
        "view（查看）",
        "own-purpose",
        "name（姓名）, phone（电话）",
        "dispute（客诉处理） (name（姓名）) + case（工单）",
        "staff/view",
    ]
    assert "| courier（快递员） |" in "".join(document.markdown("zh"))
