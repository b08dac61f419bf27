"""What the Dockerfile may and may not do. `test_container.py` builds it."""

import re
import sys
from pathlib import Path

import yaml

from tests import programs
from tests.image import dockerfile
from tests.image.dockerfile import ROOT

HADOLINT = Path(sys.executable).with_name("hadolint")
IGNORED = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def test_hadolint_finds_nothing() -> None:
    done = programs.run(HADOLINT, "--no-color", "Dockerfile", cwd=ROOT)

    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:latest\n")

    assert programs.run(HADOLINT, "Dockerfile", cwd=tmp_path).returncode != 0


def test_there_are_two_stages_on_one_base_with_a_version_a_digest_and_no_host() -> None:
    bases = [rest.split()[0] for stage in dockerfile.stages() for name, rest in stage if name == "FROM"]

    assert bases == ["${BASE}"] * 2
    assert re.fullmatch(r"[a-z]+:[0-9]+\.[0-9]+\.[0-9]+-slim-[a-z]+@sha256:[0-9a-f]{64}", dockerfile.base())


def test_the_image_names_the_base_that_it_was_built_on() -> None:
    """A release is refused where that has no digest (CONTRIBUTING.md)."""
    assert 'org.opencontainers.image.base.name="${BASE}"' in dockerfile.instructions("LABEL")[0]
    assert dockerfile.instructions("ARG") == ["BASE"]


def test_the_last_stage_takes_the_installation_and_nothing_else() -> None:
    assert dockerfile.instructions("COPY") == ["--from=build /opt/masking /opt/masking"]


def test_nothing_is_fetched_but_by_the_script_with_hashes() -> None:
    words = " ".join(rest for stage in dockerfile.stages() for name, rest in stage if name in {"RUN", "ADD"})

    assert not re.search(r"https?:|curl|wget|apt|pip install|git ", words)
    assert dockerfile.instructions("RUN", 0) == [
        f"/source/image/install.sh {step} /opt/masking" for step in ("requirements", "sources")
    ]


def test_no_installer_stays() -> None:
    assert dockerfile.instructions("RUN")[0].startswith("rm -rf /usr/local/bin/pip*")


def test_it_runs_as_the_user_that_the_chart_runs_it_as() -> None:
    helpers = (ROOT / "helm" / "templates" / "_helpers.tpl").read_text()

    user, group = dockerfile.instructions("USER")[0].split(":")

    assert f"runAsUser: {user}\nrunAsGroup: {group}\n" in helpers
    assert int(user) > 0


def test_its_state_directory_is_the_one_that_the_chart_mounts() -> None:
    deployment = (ROOT / "helm" / "templates" / "deployment.yaml").read_text()

    assert f"mountPath: {dockerfile.environment()['MASKING_STATE_DIR']}}}" in deployment


def test_the_chart_asks_for_the_version_that_the_build_is_told_to_make() -> None:
    version = yaml.safe_load((ROOT / "helm" / "Chart.yaml").read_text())["appVersion"]

    assert f"docker build --tag waybill-masking:{version} ." in (ROOT / "Dockerfile").read_text()


def test_a_build_sees_what_is_copied_and_nothing_else() -> None:
    copied = {
        word for rest in dockerfile.instructions("COPY", 0) for word in rest.split()[:-1] if not word.startswith("--")
    }

    assert IGNORED[0] == "*"
    assert {line.removeprefix("!") for line in IGNORED if line.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)
