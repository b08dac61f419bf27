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


TIERS: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "compose-tiers.yaml").read_text())
FILES = (ROOT / "compose.yaml", ROOT / "examples" / "compose-tiers.yaml")


def validates(file: Path) -> bool:
    tool = Path(sys.executable).with_name("check-jsonschema")
    return programs.run(tool, "--builtin-schema", "vendor.compose-spec", file).returncode == 0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_fits_the_schema_of_the_compose_specification(file: Path) -> None:
    assert validates(file)


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


def test_two_tiers_are_where_the_proxy_of_two_tiers_looks_for_them() -> None:
    nginx = (ROOT / "examples" / "nginx-tiers.conf").read_text()
    service, intake = TIERS["services"]["service"], TIERS["services"]["intake"]
    addresses = [one["networks"]["front"]["ipv4_address"] for one in (service, intake)]

    assert all(f"server {address}:8080 " in nginx for address in addresses)
    assert service["environment"]["MASKING_FORWARD_BIND"].endswith(":8443")
    assert intake["environment"]["MASKING_OPENING_URL"] == f"https://{addresses[0]}:8443"


def test_the_intake_host_is_as_hard_as_the_others_and_shares_no_file_with_them() -> None:
    intake = TIERS["services"]["intake"]

    assert (intake["read_only"], intake["cap_drop"]) == (True, ["ALL"])
    assert intake["security_opt"] == ["no-new-privileges:true"]
    assert intake["volumes"] == [f"intake:{dockerfile.environment()['MASKING_STATE_DIR']}"]
    assert intake["env_file"] == ["state/intake.env"]
