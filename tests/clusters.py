"""A cluster of tests whose nodes change their roles."""

from tests import servers
from tests.servers import Group, Node
from tests.store.stores import ask


def owner(group: Group, slot: int) -> Node:
    """The primary that owns a slot, as the first of them sees it."""
    for first, last, (_, port, *_rest), *_replicas in ask(group.primaries[0].client, "CLUSTER", "SLOTS"):
        if first <= slot <= last:
            return next(node for node in group.primaries if node.port == port)
    raise LookupError(slot)


class Cluster:
    """The nodes of a cluster, by the roles that they have now."""

    def __init__(self, group: Group) -> None:
        self.nodes = [*group.primaries, *group.replicas]
        self._replicas = len(group.replicas) // len(group.primaries)

    def running(self) -> list[Node]:
        return [node for node in self.nodes if node.running.poll() is None]

    def primary(self, slot: int) -> Node:
        """The owner of a slot, as most running nodes see it."""
        seen = [self._seen_by(node, slot) for node in self.running()]
        port = max(set(seen), key=seen.count)
        return next(node for node in self.nodes if node.port == port)

    def primaries(self) -> list[Node]:
        """The owner of the first, the middle and the last slot."""
        return [self.primary(slot) for slot in (0, servers.SLOTS // 2, servers.SLOTS - 1)]

    def replicas_of(self, primary: Node) -> list[Node]:
        roles = [(node, ask(node.client, "ROLE")) for node in self.running()]
        return [node for node, role in roles if role[0] == b"slave" and role[2] == primary.port]

    def promoted(self, slot: int, before: Node) -> None:
        """Return once another node than `before` owns the slot."""
        servers.wait_until(lambda: self.primary(slot) is not before, "a replica is promoted", 40)

    def whole(self) -> None:
        """Return once every primary has all its replicas."""
        servers.wait_until(self._is_whole, "every primary has its replicas", 60)

    def move(self, slot: int, source: Node, target: Node) -> None:
        """Move a slot with its keys, as `redis-cli --cluster reshard` does."""
        old, new = (ask(node.client, "CLUSTER", "MYID") for node in (source, target))
        ask(target.client, "CLUSTER", "SETSLOT", slot, "IMPORTING", old)
        ask(source.client, "CLUSTER", "SETSLOT", slot, "MIGRATING", new)
        while keys := ask(source.client, "CLUSTER", "GETKEYSINSLOT", slot, 100):
            ask(source.client, "MIGRATE", servers.HOST, target.port, "", 0, 5000, "KEYS", *keys)
        for node in dict.fromkeys((target, source, *self.primaries())):
            ask(node.client, "CLUSTER", "SETSLOT", slot, "NODE", new)

    def _seen_by(self, node: Node, slot: int) -> int:
        shards = ask(node.client, "CLUSTER", "SLOTS")
        return int(next(primary[1] for first, last, primary, *_ in shards if first <= slot <= last))

    def _is_whole(self) -> bool:
        infos = [node.client.info("replication") for node in self.nodes]
        primaries = [info for info in infos if info["role"] == "master"]
        links = [info["master_link_status"] for info in infos if info["role"] == "slave"]
        return (
            len(primaries) * (1 + self._replicas) == len(infos)
            and all(info["connected_slaves"] == self._replicas for info in primaries)
            and set(links) == {"up"}
        )
