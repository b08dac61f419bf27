"""Servers replay their log as the default user.

Without its rights, some releases leave transactions out."""

import re
from pathlib import Path

import pytest
import redis

from masking_service.store.client import Store
from masking_service.store.health import every_fault
from tests.servers import HOST, Node
from tests.setups.conftest import FAMILIES, PASSWORD, RIGHTS, administered

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("kubernetes.md", "installation.md")


def written_in(page: str) -> str:
    """Return the ACL line of a page that switches the user off."""
    (line,) = re.findall(r"echo '(user default [^']*)'", (DOCS / page).read_text())
    return str(line)


def restarted(binary: str, default: str, folder: Path) -> tuple[set[bytes], Node]:
    """Return what a server holds after writes and a restart."""
    node = administered(folder, default, binary)
    with node.client.pipeline(transaction=True) as transaction:
        transaction.set("record", 1)
        transaction.set("custody", 2)
        transaction.execute()
    node.client.set("alone", 3)
    node.stop()
    node.start()
    return {key for key in node.client.keys("*") if isinstance(key, bytes)}, node


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("binary", FAMILIES)
def test_what_was_written_together_is_there_after_a_restart(binary: str, page: str, tmp_path: Path) -> None:
    found, node = restarted(binary, written_in(page), tmp_path)
    try:
        assert found == {b"record", b"custody", b"alone"}
        with redis.Redis(host=HOST, port=node.port) as unknown, pytest.raises(redis.AuthenticationError):
            unknown.ping()
    finally:
        node.stop()


def test_what_the_pages_warn_of_is_real(tmp_path: Path) -> None:
    """Once a newer Redis has fixed it, the warning can be removed."""
    found, node = restarted("redis-server", "user default off", tmp_path)
    node.stop()

    assert found == {b"alone"}


@pytest.mark.parametrize(("default", "told"), [("user default off", True), ("user default off ~* &* +@all", False)])
def test_the_service_sees_it_with_the_rights_that_it_has(default: str, told: bool, tmp_path: Path) -> None:
    service = RIGHTS.read_text().replace("resetpass", f">{PASSWORD}")
    node = administered(tmp_path, f"{default}\n{service}", "redis-server")
    store = Store(f"redis://waybill:{PASSWORD}@{HOST}:{node.port}/0")
    try:
        assert ("default-user" in [fault.check for fault in every_fault(store)]) is told
    finally:
        store.close()
        node.stop()
