"""How the keyset reaches the service: mounted as a directory, with a mode that the service accepts, found by a link.

The kubelet gives the files of a Secret the volume's mode and the pod's fsGroup, and adds what 0440 lacks (kubernetes,
pkg/volume/volume_linux.go, `roMask`). So a volume with 0440 is 0440 and belongs to root and the group: the service's
user reads it as a member of the group, and no other user does.
"""

import subprocess
from pathlib import Path

import pytest

from keys.errors import KeysetError
from keys.files import read_secret_file, write_secret_file
from tests.every import every
from tests.helm.chart import VALUE_SETS, Chart, Object

READ_ONLY_MASK = 0o440


def secret_volumes(pod: Object) -> list[Object]:
    return [volume["secret"] for volume in pod.get("volumes", []) if "secret" in volume]


def as_mounted(volume: Object) -> int:
    """The mode of a file in a volume of a Secret, in a pod with an fsGroup."""
    mode: int = volume["defaultMode"] | READ_ONLY_MASK
    return mode


@every("value_set", VALUE_SETS)
def test_a_mounted_secret_can_be_read_by_the_service_and_by_nobody_else(
    chart: Chart, value_set: str, tmp_path: Path
) -> None:
    for pod in chart.pods(value_set):
        for number, volume in enumerate(secret_volumes(pod)):
            file = tmp_path / f"{value_set}-{pod['serviceAccountName']}-{number}"
            file.write_bytes(b"{}")
            file.chmod(as_mounted(volume))

            assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsGroup"]
            assert as_mounted(volume) & 0o040
            assert read_secret_file(file) == b"{}"


@pytest.mark.parametrize("mode", [0o644, 0o444, 0o660])
def test_the_modes_that_kubernetes_would_give_otherwise_are_refused(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "keyset.json"
    file.touch()
    file.chmod(as_mounted({"defaultMode": mode}))

    with pytest.raises(KeysetError, match="gives others access"):
        read_secret_file(file)


def prepare(chart: Chart, folder: Path) -> Path:
    """Run what the init container runs, with `folder` as the root of its paths; returns the state directory."""
    pod = chart.one("production", "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["initContainers"]
    script = container["args"][0].replace("/run/masking", f"{folder}/run")
    script = script.replace("/var/lib/masking", f"{folder}/state")
    (folder / "state").mkdir(exist_ok=True)
    subprocess.run([*container["command"], script], check=True)
    return folder / "state"


def mount(folder: Path, name: str, file: str, content: bytes, generation: str = "1") -> None:
    """A Secret as the kubelet mounts it: the files in a folder of their own, exchanged by one link."""
    directory = folder / "run" / name
    (directory / generation).mkdir(parents=True)
    (directory / generation / file).write_bytes(content)
    (directory / generation / file).chmod(0o440)
    (directory / "..data.new").symlink_to(generation)
    (directory / "..data.new").rename(directory / "..data")
    if not (directory / file).is_symlink():
        (directory / file).symlink_to(f"..data/{file}")


def test_the_service_finds_the_keyset_where_it_looks(chart: Chart, tmp_path: Path) -> None:
    mount(tmp_path, "keyset", "keyset.json", b"first")

    assert read_secret_file(prepare(chart, tmp_path) / "keyset.json") == b"first"


def test_files_that_a_keyset_names_are_beside_it(chart: Chart, tmp_path: Path) -> None:
    mount(tmp_path, "keyset", "keyset.json", b"first")
    (tmp_path / "run" / "keyset" / "1" / "pin").write_bytes(b"1234")
    (tmp_path / "run" / "keyset" / "pin").symlink_to("..data/pin")

    assert (prepare(chart, tmp_path) / "pin").read_bytes() == b"1234"


def test_a_keyset_that_was_exchanged_is_seen_without_a_restart(chart: Chart, tmp_path: Path) -> None:
    mount(tmp_path, "keyset", "keyset.json", b"first")
    state = prepare(chart, tmp_path)

    mount(tmp_path, "keyset", "keyset.json", b"second", generation="2")

    assert read_secret_file(state / "keyset.json") == b"second"


def test_a_pod_begins_with_the_clients_that_were_handed_out(chart: Chart, tmp_path: Path) -> None:
    mount(tmp_path, "clients", "clients.sealed", b"handed out")

    assert read_secret_file(prepare(chart, tmp_path) / "clients.sealed") == b"handed out"


def test_what_a_pod_has_learned_since_is_not_taken_from_it(chart: Chart, tmp_path: Path) -> None:
    mount(tmp_path, "clients", "clients.sealed", b"handed out")
    state = prepare(chart, tmp_path)
    write_secret_file(state / "clients.sealed", b"learned", replace=True)

    prepare(chart, tmp_path)

    assert read_secret_file(state / "clients.sealed") == b"learned"
    assert (tmp_path / "run" / "clients" / "clients.sealed").read_bytes() == b"handed out"


def test_without_handed_out_clients_a_pod_begins_with_none(chart: Chart, tmp_path: Path) -> None:
    assert not (prepare(chart, tmp_path) / "clients.sealed").exists()
