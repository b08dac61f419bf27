"""The root certificates of authenticators: read beside the policy, and every file that holds none is named."""

from pathlib import Path

import pytest

from masking_service.service.people.errors import PolicyError
from masking_service.service.people.signed_rules import SignedRule, load_models
from tests.certificates import Authority


def rule(models: dict[str, str]) -> SignedRule:
    return SignedRule("desk.example.com", ("https://desk.example.com",), frozenset({"detokenize"}), models=models)


def test_the_certificates_of_each_model_are_read_beside_the_policy(tmp_path: Path) -> None:
    content = Authority(tmp_path).file.read_bytes()
    (tmp_path / "roots.pem").write_bytes(content)

    assert load_models(rule({"one": "roots.pem", "two": "roots.pem"}), tmp_path) == {"one": [content], "two": [content]}


def test_every_file_that_is_missing_or_holds_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("no certificate")
    (tmp_path / "folder.pem").mkdir()

    with pytest.raises(PolicyError) as refused:
        load_models(rule({"gone": "gone.pem", "text": "text.pem", "folder": "folder.pem"}), tmp_path)

    assert refused.value.faults == tuple(
        (f"signed.models.{model}", "cannot be read as certificates in PEM") for model in ("gone", "text", "folder")
    )


def test_without_signatures_there_are_no_models(tmp_path: Path) -> None:
    assert load_models(None, tmp_path) == {}
