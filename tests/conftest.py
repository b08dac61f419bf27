"""Shared fixtures (a clean real Valkey, clusters, sentinels), and which tests may run side by side."""

import gc
import io
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import hypothesis
import pytest
import redis

from masking_service.dev.embedded import EmbeddedServer
from masking_service.observability.logs import log
from masking_service.store.client import Store
from tests import fork_server, leftovers, programs, reruns, servers
from tests.proofs import is_proof
from tests.store import stores

# A shared machine may stall any example; pytest's own time-out catches what really hangs. `make test` decides whether a
# change is good, so it tries the same few examples each time; `make proofs` tries many new ones
# (--hypothesis-profile=explore), and `make check` only some of them (quick).
hypothesis.settings.register_profile("quick", deadline=None, derandomize=True, max_examples=10)
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True, max_examples=15)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("steady")

TESTS = Path(__file__).parent
SPREAD = {
    "arrow",
    "audit",
    "bench",
    "chaos",
    "cli",
    "e2e",
    "engines",
    "keys",
    "masking",
    "rotation",
    "service",
    "store",
    "web",
}
"""Folders whose files may run in different processes; all others have one session fixture that costs seconds."""
OWN_SERVERS = {"browser/test_company_issuer.py", "browser/test_outages.py", "browser/test_signing.py"}
"""Files of other folders that do not use the session fixture."""
STARTS_SERVERS = {"embedded", "make_cluster", "make_sentinel", "bao"}
MAX_TEXT_IN_ID, MAX_BITS_IN_ID = 60, 128
MAX_NAME = 200
"""Characters of a test's name with its parameters; a longer one gets `ids`."""
NEEDS = {"chromium": "chromium-headless-shell", "softhsm": "softhsm2-util"}
"""Fixtures of many tests, and the program that they start."""
OF_THE_SESSION = {"PYTEST_CURRENT_TEST", "SOFTHSM2_CONF", "_RJEM_MALLOC_CONF"}
"""Variables that the tests of a file may leave in the environment; polars sets the last one when it is imported."""
OBJECTS = 20_000
"""So many new objects let the garbage collector look; Python's own number is 700."""
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes: each process of a run has such a server."""
MEASURES = {"bench/test_quick.py", "e2e/test_overload.py"}
WAITS = {
    "chaos",
    "e2e/test_budgets.py",
    "e2e/test_failover.py",
    "e2e/test_production.py",
    "e2e/test_recovery.py",
    "e2e/test_rotation.py",
    "e2e/test_tiers.py",
    "e2e/test_within_two_seconds.py",
    "web/test_calls_failover.py",
}
SLOW = {
    "audit/packs/test_ranking.py",
    "audit/test_program.py",
    "audit/tiles/test_foreign.py",
    "masking/records/test_corpus.py",
    "masking/test_effort.py",
    "masking/test_growth.py",
    "masking/test_linear.py",
    "masking/test_repeated.py",
    "observability/test_webhook.py",
    "service/phone_calls/test_https.py",
    "store/test_client.py",
}
"""Unit tests that measure growth, install a program, or otherwise take seconds."""
LONG_GROUPS = {
    "image",
    "operations",
    "browser",
    "browser/test_outages.py",
    "fuzz",
    "tiers",
    "backup",
    "bench/theft/test_quick.py",
    "engines/test_spark.py",
}
"""These take minutes each and begin first, so that no process is left alone with one at the end."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep what tests write in memory, check the run's end, and let child processes be interrupted.

    A program inherits an ignored signal (`nohup make test &`) but not a handler: with one here, it starts with the
    default action.
    """
    if _memory_is_roomy():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # pytest's setting for where `tmp_path` is
    config.pluginmanager.register(leftovers)
    config.pluginmanager.register(reruns)
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def pytest_sessionstart() -> None:
    """Begin the process that programs are forked from, before xdist starts its workers."""
    if leftovers.begun_here():
        fork_server.begin()


@pytest.hookimpl(trylast=True)  # after xdist has ended its workers, and before `leftovers`, which is registered later
def pytest_sessionfinish() -> None:
    """End the processes that programs were forked from."""
    fork_server.end()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Return a readable id of a text or number: Chinese as it is, and of what is long the beginning and the length."""
    if type(val) is int and val.bit_length() > MAX_BITS_IN_ID:
        return f"{val.bit_length()} bits"
    if isinstance(val, str):
        text, unit = val if val.isprintable() else ascii(val)[1:-1], "characters"
    elif isinstance(val, bytes):
        text, unit = ascii(val)[2:-1], "bytes"
    else:
        return None
    return text if len(text) <= MAX_TEXT_IN_ID else f"{text[: MAX_TEXT_IN_ID // 2]}… ({len(val):,} {unit})"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector off what reading the tests makes, and let it look seldom at what they make.

    The first lives to the end, and looking through it again and again takes a twentieth of the run. Of the second,
    little is garbage that only the collector finds.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(OBJECTS)
        gc.enable()


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests with what may run beside them, and keep those together that share an expensive fixture.

    `make check` leaves out `server` and `slow`. `make test` runs `faults` and `alone` after all others.
    """
    if unreadable := [item.nodeid[:MAX_NAME] for item in items if len(item.name) > MAX_NAME]:
        raise pytest.UsageError("\n".join((f"longer than {MAX_NAME} characters; give `ids`:", *unreadable)))
    for item in items:
        group = _group(item.path)
        fixtures = getattr(item, "fixturenames", ())
        if STARTS_SERVERS.intersection(fixtures):
            item.add_marker(pytest.mark.server)
        if _file(item.path) in SLOW:
            item.add_marker(pytest.mark.slow)
        if is_proof(_file(item.path), item.name):
            item.add_marker(pytest.mark.proof)
        for fixture in NEEDS.keys() & fixtures:
            item.add_marker(pytest.mark.needs(NEEDS[fixture]))
        if group in MEASURES:
            item.add_marker(pytest.mark.alone)
        elif group in WAITS or group.split("/")[0] in WAITS:
            item.add_marker(pytest.mark.faults)
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: _group(item.path) not in LONG_GROUPS)


@cache
def _file(path: Path) -> str:
    """Return where a file is below `tests`."""
    return path.relative_to(TESTS).as_posix()


@cache
def _group(path: Path) -> str:
    """Return the name of the tests that run in the same process as those of this file."""
    file = _file(path)
    folder = file.partition("/")[0]
    return file if folder in SPREAD or file in OWN_SERVERS else folder


@pytest.hookimpl(tryfirst=True)  # before any fixture starts something
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are missing."""
    programs.needed(*(name for mark in item.iter_markers("needs") for name in mark.args))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a part that a test needs and does not find is a failure, never a skip; elsewhere a reason is one line."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        if os.environ.get("CI") == "true":
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {report.longrepr}"
        elif isinstance(report.longrepr, tuple):
            report.longrepr = (__file__, 0, report.longrepr[2])  # the summary counts what has the same place
    return report


@pytest.fixture(scope="module", autouse=True)
def environment_as_before() -> Iterator[None]:
    """Fail where the tests of a file leave a variable behind: later tests of the same process would meet it."""
    before = {**os.environ}
    yield
    changed = {name for name in before.keys() | os.environ.keys() if before.get(name) != os.environ.get(name)}
    assert changed <= OF_THE_SESSION


@contextmanager
def folder_in_memory(prefix: str) -> Iterator[Path]:
    """Make a folder, in memory where that has room: no write waits for a disk."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=MEMORY if _memory_is_roomy() else None) as folder:
        yield Path(folder)


def _memory_is_roomy() -> bool:
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedServer]:
    """The embedded server that the whole run shares, in memory."""
    with folder_in_memory("embedded-") as folder, EmbeddedServer(folder) as server:
        yield server


@pytest.fixture(scope="session")
def emptier(embedded: EmbeddedServer) -> Iterator[redis.Redis]:
    """The client that empties that server: a new one reads its package's metadata, which takes longer than to empty."""
    with redis.Redis.from_url(embedded.url) as client:
        yield client


@pytest.fixture
def valkey(embedded: EmbeddedServer, emptier: redis.Redis) -> str:
    """The URL of a real Valkey that holds nothing."""
    embedded.start()
    emptier.flushall()
    return embedded.url


@pytest.fixture
def store(valkey: str) -> Iterator[Store]:
    """The service's way to that server, admitted."""
    store = stores.admitted(valkey)
    yield store
    store.close()


@pytest.fixture
def client(valkey: str) -> Iterator[redis.Redis]:
    """A plain client of that server."""
    with redis.Redis.from_url(valkey) as client:
        yield client


@pytest.fixture
def wire(valkey: str) -> Iterator[stores.LossyWire]:
    """A wire to that server that can lose replies."""
    wire = stores.LossyWire(valkey)
    yield wire
    wire.close()


@pytest.fixture
def over_the_wire(wire: stores.LossyWire) -> Iterator[Store]:
    """A store client on that wire. It is connected already, so only replies to commands can be lost."""
    store = stores.admitted(wire.url)
    store.read([(b"PING",)])
    yield store
    store.close()


@pytest.fixture
def make_cluster(tmp_path: Path) -> Iterator[Callable[..., servers.Group]]:
    """Forms clusters: `make_cluster(shards, replicas=0, binary=None)`."""
    with ExitStack() as groups:
        yield lambda *how, **named: _stopped_by(groups, servers.make_cluster(tmp_path, *how, **named))


@pytest.fixture
def make_sentinel(tmp_path: Path) -> Iterator[Callable[..., servers.Group]]:
    """Starts a primary with replicas and sentinels: `make_sentinel(replicas=2, sentinels=3, binary=None)`."""
    with ExitStack() as groups:
        yield lambda *how, **named: _stopped_by(groups, servers.make_sentinel(tmp_path, *how, **named))


def _stopped_by(groups: ExitStack, group: servers.Group) -> servers.Group:
    groups.callback(group.stop)
    return group


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What is logged from now on."""
    written = io.BytesIO()
    monkeypatch.setattr(log._logger, "_write", written.write)  # type: ignore[attr-defined]  # behind the proxy
    return written
