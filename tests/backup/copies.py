"""Backups of the tests' servers, made by the script that operators use, and servers that are restored from them."""

import os
import shutil
import subprocess
from pathlib import Path

from masking_service.shipped import ROOT
from tests import programs
from tests.servers import Node

SCRIPT = ROOT / "examples" / "backup.sh"


def manifest_of(node: Node) -> Path:
    return node.directory / "appendonlydir" / "appendonly.aof.manifest"


def copy(manifest: Path, folder: Path, **environment: str) -> programs.Ended:
    """Run the script, to its end."""
    return programs.run(SCRIPT, manifest, folder, env=os.environ | environment)


def back_up(node: Node, folder: Path) -> Path:
    """A backup of a server, which must not fail; `folder`."""
    copied = copy(manifest_of(node), folder)
    assert copied.returncode == 0, copied.stderr
    return folder


def put_back(backup: Path, node: Node) -> Node:
    """Start a new server on what a backup holds, as docs/backup.md says."""
    subprocess.run(["sha256sum", "--quiet", "--check", "SHA256SUMS"], cwd=backup, check=True)
    shutil.copytree(backup, node.directory, dirs_exist_ok=True)
    return node.start()
