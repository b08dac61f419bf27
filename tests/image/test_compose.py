"""compose.yaml fits the schema of the Compose specification, and the files and settings that the service needs."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from masking_service.dev.embedded import DURABLE
from tests import programs
from tests.image import dockerfile
from tests.image.dockerfile import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OWN_FILES = {"state/service.env", "state/witness.env", "state/users.acl", "state/audit-public.pem"}
OWN_FILES |= {"state/tls.crt", "state/tls.key"}


def validates(file: Path) -> bool:
    tool = Path(sys.executable).with_name("check-jsonschema")
    return programs.run(tool, "--builtin-schema", "vendor.compose-spec", file).returncode == 0


def test_it_fits_the_schema_of_the_compose_specification() -> None:
    assert validates(ROOT / "compose.yaml")


def test_the_schema_would_refuse_an_unknown_member(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  store:\n    imaeg: valkey\n")

    assert not validates(tmp_path / "compose.yaml")


def test_every_file_that_it_names_is_here_or_made_by_the_operator() -> None:
    mounted = [mount.partition(":")[0] for each in SERVICES.values() for mount in each["volumes"]]
    named = {path.removeprefix("./") for path in mounted if path.startswith("./")}
    named |= {secret["file"] for secret in COMPOSE["secrets"].values()}
    named |= {file for each in SERVICES.values() for file in each.get("env_file", [])}

    assert {name for name in named if not (ROOT / name).is_file()} == OWN_FILES
    assert {path for path in mounted if not path.startswith("./")} == COMPOSE["volumes"].keys()


def test_the_store_keeps_what_it_acknowledges() -> None:
    given = dict(option.removeprefix("--").split(" ") for option in SERVICES["store"]["command"] if " " in option)

    assert given == {name: dict(DURABLE)[name] for name in given if name != "aclfile"} | {
        "aclfile": "/run/secrets/users.acl"
    }
    assert {"appendonly", "appendfsync", "maxmemory-policy"} <= given.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_writes_its_own_files_or_gains_rights(name: str) -> None:
    service = SERVICES[name]

    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_proxy_finds_the_service_and_the_state_is_where_the_image_has_it() -> None:
    assert SERVICES["proxy"]["network_mode"] == "service:service"
    assert "server 127.0.0.1:8080 " in (ROOT / "deploy" / "nginx.conf").read_text()
    assert SERVICES["service"]["volumes"] == [f"state:{dockerfile.environment()['MASKING_STATE_DIR']}"]


def test_the_store_is_reached_by_the_service_and_its_witness_alone() -> None:
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert {name for name, each in SERVICES.items() if "store" in each.get("networks", [])} == {
        *("store", "service", "witness")
    }
