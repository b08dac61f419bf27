"""An application that serves: put together, looked after in the background, refused at once if set up wrongly."""

import atexit
import gc
import sys
from collections.abc import Iterator, Mapping
from typing import NoReturn
from wsgiref.types import WSGIApplication

import msgspec

from keys.errors import KeysError
from masking_service.access.errors import ClientError, PolicyError
from masking_service.domain.errors import DefinitionError
from masking_service.observability.logs import log
from masking_service.runtime.background import Background
from masking_service.runtime.reporting import log_alert, reporter
from masking_service.runtime.settings import Settings, SettingsError
from masking_service.runtime.wiring import Parts, WrongPurpose, assemble
from masking_service.server.bounds import Bounds
from masking_service.store.errors import StoreUnavailable
from masking_service.store.identity import WrongStore
from masking_service.usecases.auditing import end
from masking_service.web.app import create_app

GUNICORN_STOPS_AT = 4
"""gunicorn ends its master, too, when a worker exits with this status before it has booted."""

SETUP_FAULTS = (ClientError, DefinitionError, KeysError, OSError, PolicyError, SettingsError, WrongPurpose, WrongStore)


def production_app(environment: Mapping[str, str]) -> WSGIApplication:
    """`serving_app` with the settings that an environment says."""
    try:
        settings = Settings.read(environment, development=False)
    except SettingsError as fault:
        _refuse(fault)
    return serving_app(settings)


def serving_app(settings: Settings) -> WSGIApplication:
    """The application of a worker. A wrong set-up ends the process with the reason in the log."""
    settle_shapes()
    try:
        parts = assemble(settings)
        log.info("policy-accepted", policy=parts.acting.policy.digest)
        parts.alerts.send_to(log_alert)
        background = Background(parts, reporter(parts))
        background.start()
    except SETUP_FAULTS as fault:
        _refuse(fault)
    atexit.register(_end, parts, background)
    app = Bounds(create_app(parts))
    _spare_the_collector()
    return app


def _refuse(fault: Exception) -> NoReturn:
    log.error("cannot start", reason=str(fault))
    sys.exit(GUNICORN_STOPS_AT)


def _end(parts: Parts, background: Background) -> None:
    """What a worker does last, when all that it took in is answered: its audit chain ends, under a checkpoint."""
    background.stop()
    try:
        parts.denials.flush(everything=True)
        end(parts.log, parts.checkpoints)
    except (StoreUnavailable, KeysError, WrongStore, OSError) as fault:
        log.error("audit not ended", error=type(fault).__name__)
    parts.alerts.close()


def settle_shapes() -> None:
    """Let msgspec work out what the fields of every shape are, before there is a second thread.

    It does so when a shape is first decoded. A thread that decodes the same shape meanwhile finds half of it, and the
    process ends with SIGSEGV (msgspec 0.22, seen at the first requests of a worker under load).
    """
    for shape in _shapes(msgspec.Struct):
        msgspec.json.Decoder(shape)


def _shapes(base: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for shape in base.__subclasses__():
        yield shape
        yield from _shapes(shape)


def _spare_the_collector() -> None:
    """Let the cycle collector look at what is new only, and less often.

    A batch makes tens of thousands of objects, none of them in a cycle; by default the collector walks through all
    that the process has loaded several times a batch, which costs as much as masking it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
