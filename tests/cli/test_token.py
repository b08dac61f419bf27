"""`token mint`: what the service would refuse in a token is refused before it is made."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--role", "boss", "--sub", "u-1"), "has no role boss: it has auditor, courier"),
        (("--role", "courier", "--sub", "u-1", "--tenant", "third"), "speaks for default, other only"),
        (("--role", "courier", "--sub", ""), "Invalid value for --sub"),
        (("--role", "courier", "--sub", "u-1", "--site", ""), "Invalid value for --site"),
    ],
)
def test_what_the_service_would_refuse_is_refused(
    command: Command, development: Path, wrong: tuple[str, ...], said: str
) -> None:
    refused = command("token", "mint", *wrong, folder=development)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in " ".join(refused.stderr.split())


def test_a_token_is_printed_for_a_role_of_the_policy(command: Command, development: Path) -> None:
    minted = command("token", "mint", "--role", "courier", "--role", "auditor", "--sub", "u-1", folder=development)

    assert (minted.exit_code, minted.stdout.count(".")) == (0, 2)
