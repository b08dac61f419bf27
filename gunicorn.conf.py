"""How the service is served. Every value has its reason; `serve` uses the same file."""

import os
from pathlib import Path
from typing import Any

from gunicorn.errors import HaltServer

bind = os.environ.get("MASKING_BIND", "127.0.0.1:8080")
worker_class = "masking_service.web.worker.Worker"
workers = int(os.environ.get("MASKING_WORKERS") or os.cpu_count() or 2)  # masking is bound by the processor
threads = 11  # 3 that mask, and 8 that may have to wait for the store (masking_service/server/limits.py)
backlog = 1024  # what the workers take in within a third of a second, also while they refuse most of it
worker_connections = 512  # a worker keeps up to 64 KiB of each; where there are more, the slowest one goes

timeout = 30  # of a worker that hangs; no request of ours takes 5 s, and no thread waits for a client
graceful_timeout = 10  # what was taken in is answered before a worker ends
keepalive = 5

limit_request_line = 4094  # the longest address of ours has under 200 characters
limit_request_fields = 50
limit_request_field_size = 9 * 1024  # a JWT has up to 8 KiB

accesslog = None  # it would hold paths, and paths hold waybill numbers; the application logs routes
logger_class = "masking_service.observability.server_log.ServerLog"  # every line is JSON, and none holds a value
loglevel = "info"  # starts, stops and signals
sendfile = False  # answers are handed to the main thread where a client is slow to take them
control_socket_disable = True  # it cannot be made on a read-only root
forwarded_allow_ips = ""  # nothing forwarded is believed


def on_starting(arbiter: Any) -> None:
    """In the master, before its first worker: an empty folder in which the workers count together."""
    from masking_service.observability.metrics import (
        begin_counting,  # not before gunicorn has put this folder on the path
    )

    _halt_once(arbiter)
    begin_counting(Path(os.environ.get("MASKING_STATE_DIR", ".local")).resolve() / "metrics")


def child_exit(_: object, worker: Any) -> None:
    """In the master, behind each worker."""
    from masking_service.observability.metrics import forget_worker

    forget_worker(worker.pid)


def _halt_once(arbiter: Any) -> None:
    """A second worker that cannot start either, while the master ends for the first, would end it with a traceback."""
    reap = arbiter.reap_workers
    halting: list[bool] = []

    def reap_workers() -> None:
        try:
            reap()
        except HaltServer:
            if not halting:
                halting.append(True)
                raise

    arbiter.reap_workers = reap_workers
