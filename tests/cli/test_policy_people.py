"""`policy check` says for how many people of each role a policy fits."""

from pathlib import Path

import pytest

from tests.e2e.processes import command
from tests.service.people.policies import edited, put


@pytest.mark.parametrize(
    ("people", "said"),
    [(15, "role courier fits 15 people"), (500, "role courier fits 501 people")],
    ids=["as without the number", "500 people"],
)
def test_policy_check_says_for_how_many_people_it_fits(tmp_path: Path, people: int, said: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(edited(put("roles", "courier", "people", people)))

    printed = " ".join(command("policy", "check", file, MASKING_STATE_DIR=str(tmp_path)).split())

    assert said in printed
    assert "`roles.courier.people`" in printed
