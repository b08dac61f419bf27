"""A single server whose wire, power and clocks can fail."""

import shutil
from pathlib import Path

import redis

from masking_service.dev.embedded import DURABLE
from masking_service.store.layout import DATA_KEYS
from tests.chaos.clock import Clock
from tests.chaos.load import Shape
from tests.chaos.power import Power
from tests.chaos.proxy import Proxy
from tests.chaos.world import World
from tests.servers import Node
from tests.store.stores import ask


class SingleServer(World):
    """A service on one server.

    Attributes:
        node: the server.
        wire: between service and server.
        power: between the server and its disk.
        clock: the service's and the server's.
    """

    def __init__(self, folder: Path, shape: Shape) -> None:
        self.power, self.clock = Power(folder), Clock(folder)
        self.node = Node(folder, {name: value for name, value in DURABLE if name != "save"} | {"save": '""'})
        self.start_node()
        self.wire = Proxy(self.node.port)
        super().__init__(folder, shape, self.wire.url, self.clock.service)

    @property
    def clients(self) -> list[redis.Redis]:
        return [self.node.client]

    def start_node(self) -> None:
        with self.power.loaded(**self.clock.store):
            self.node.start()

    def stop(self) -> None:
        super().stop()
        self.wire.close()
        if self.node.running.poll() is None:
            self.node.stop()

    @property
    def data(self) -> Path:
        """Where the server keeps everything."""
        return self.node.directory / "appendonlydir"

    def copy(self) -> Path:
        """Return a backup of the store, which is stopped meanwhile."""
        self.node.kill()
        shutil.rmtree(self.folder / "copy", ignore_errors=True)
        shutil.copytree(self.data, self.folder / "copy")
        self.start_node()
        return self.folder / "copy"

    def exchange(self, data: Path | None) -> Path:
        """Restart the store with other data, or none; return where the right data is."""
        self.node.kill()
        aside = self.folder / "aside"
        self.data.rename(aside)
        if data is not None:
            shutil.copytree(data, self.data)
        self.start_node()
        return aside

    def bring_back(self, aside: Path) -> None:
        """Restart the store with the right data, and the service."""
        self.node.kill()
        shutil.rmtree(self.data)
        aside.rename(self.data)
        self.start_node()
        self.restart_service()

    def data_keys(self) -> int:
        """Return the number of data keys: one a day of use."""
        return int(ask(self.node.client, "HLEN", DATA_KEYS))
