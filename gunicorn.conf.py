"""gunicorn's settings, each with its reason. `serve` uses this file too. docs/installation.md says how to size them."""

import os
from pathlib import Path
from typing import Any

from masking_service.observability.metrics_port import addresses

bind = addresses(os.environ, "MASKING_BIND", "127.0.0.1:8080", "MASKING_METRICS_BIND")
worker_class = "masking_service.server.worker.Worker"  # gthread, with problem documents for what is not HTTP
workers = int(os.environ.get("MASKING_WORKERS") or os.cpu_count() or 2)  # masking is bound by the processor
threads = 20  # the proxy passes as many requests at the same time; masking_service/server/bounds.py divides them

timeout = 30  # for a worker that hangs
graceful_timeout = 10  # for what was accepted before the stop
keepalive = 5  # the proxy closes its idle connections earlier, so that no request meets a closing one

limit_request_line = 4094  # the longest address of the service has under 200 characters
limit_request_fields = 50
limit_request_field_size = 9 * 1024  # a JWT has up to 8 KiB

accesslog = None  # it would hold paths, and paths hold waybill numbers; the application logs routes
logger_class = "masking_service.observability.server_log.ServerLog"  # every line is JSON, and none holds a value
loglevel = "info"  # starts, stops and signals
control_socket_disable = True  # it cannot be made on a read-only root
forwarded_allow_ips = ""  # no forwarded header is trusted


def on_starting(_: object) -> None:
    """In the master, before its first worker: check the set-up, and empty the folder of the workers' counts."""
    from masking_service.observability.metrics import start_counting  # gunicorn adds its folder to the path late
    from masking_service.server.setup import check_setup

    check_setup(_load)
    start_counting(Path(os.environ.get("MASKING_STATE_DIR", ".local")).resolve() / "metrics")


def when_ready(arbiter: Any) -> None:
    """In the master, once it listens: at an intake host, replace the workers every hour."""
    if os.environ.get("MASKING_TIER") == "intake":
        from masking_service.server.hours import replace_every_hour

        replace_every_hour(arbiter)


def _load() -> None:
    """Imported in the process that runs it only, so that a reload of the master brings new code."""
    from masking_service.server.serving import production_settings, start_parts

    start_parts(production_settings(os.environ))


def child_exit(_: object, worker: Any) -> None:
    """In the master, after each worker: drop its gauges."""
    from masking_service.observability.metrics import forget_worker

    forget_worker(worker.pid)
