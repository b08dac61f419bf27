"""Makes the application of a worker, with its background threads. A wrong set-up ends the process at once."""

import atexit
import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn
from wsgiref.types import WSGIApplication

import msgspec

from keys.errors import KeysError
from keys.process import forbid_swap
from masking_service.http.app import create_app
from masking_service.library import mask_records
from masking_service.masking.errors import DefinitionError
from masking_service.masking.records.columns import FEW
from masking_service.masking.records.record import sample_record
from masking_service.masking.schemas import load_schemas
from masking_service.masking.words.expressions import compile_all
from masking_service.observability.logs import log
from masking_service.observability.metrics_port import MetricsPort
from masking_service.runtime.background import Background, log_alert, reporter
from masking_service.runtime.intake import IntakeBackground, IntakeParts, Served
from masking_service.runtime.opened import WrongPurpose, open_keyring
from masking_service.runtime.settings import Settings, SettingsError
from masking_service.runtime.wiring import Parts, assemble
from masking_service.server.bounds import Bounds
from masking_service.server.forward_port import ForwardPort
from masking_service.service.oversight.auditing import end
from masking_service.service.people.errors import ClientError, PolicyError
from masking_service.store.errors import StoreUnavailable, WrongStore

SETUP_STATUS = 4
"""Exit status of a wrong set-up. gunicorn's master ends with it, and systemd does not start it again."""

SETUP_ERRORS = (ClientError, DefinitionError, KeysError, OSError, PolicyError, SettingsError, WrongPurpose, WrongStore)


def production_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings of production. A wrong one ends the process with the reason in the log."""
    try:
        return Settings.read(environment, development=False)
    except SettingsError as error:
        _refuse(error)


def serving_app(settings: Settings) -> WSGIApplication:
    """Make the application of a worker. A wrong set-up ends the process with the reason in the log."""
    settle_shapes()
    read_tables()
    served, stop = start_parts(settings)
    atexit.register(stop)
    app = Bounds(create_app(served), settings.max_body_bytes)
    conditions = served.conditions()
    _spare_the_collector()
    return MetricsPort(app, lambda: served.metrics.exposition(conditions), settings.metrics_port)


def start_parts(settings: Settings) -> tuple[Served, Callable[[], None]]:
    """Put the parts together and start their background threads; return the parts, and what ends them.

    A wrong set-up ends the process.
    """
    try:
        return _started(settings)
    except SETUP_ERRORS as error:
        _refuse(error)


def _started(settings: Settings) -> tuple[Served, Callable[[], None]]:
    parts = _intake(settings) if settings.tier == "intake" else assemble(settings)
    log.info("policy-accepted", policy=parts.acting.policy.digest)
    parts.alerts.send_to(log_alert)
    report = reporter(parts.alerts)
    background = Background(parts, report) if isinstance(parts, Parts) else IntakeBackground(parts, report)
    background.start()
    port = None
    if settings.forward_address is not None and isinstance(parts, Parts):
        port = ForwardPort(settings.forward_address, parts)
        port.start()

    def stop() -> None:
        if port is not None:
            port.stop()
        background.stop()
        if isinstance(parts, Parts):
            _end_log(parts)
        parts.alerts.close()

    return parts, stop


def _intake(settings: Settings) -> IntakeParts:
    keyring = open_keyring(settings)
    if not forbid_swap():
        log.warning("memory not locked", reason="the limit of locked memory is too low: see LimitMEMLOCK in the docs")
    return IntakeParts(settings, keyring)


def _refuse(error: Exception) -> NoReturn:
    log.error("cannot start", reason=str(error))
    sys.exit(SETUP_STATUS)


def _end_log(parts: Parts) -> None:
    """End the audit chain under a checkpoint. A worker does this last, after it has answered everything."""
    parts.deferred.shutdown()
    try:
        parts.denials.flush(everything=True)
        end(parts.log, parts.checkpoints)
    except (StoreUnavailable, KeysError, WrongStore, OSError) as error:
        log.error("audit not ended", error=type(error).__name__)


def settle_shapes() -> None:
    """Let msgspec inspect the fields of every Struct before there is a second thread.

    It does so when a Struct is first decoded. A thread that decodes the same Struct meanwhile finds an incomplete one,
    and the process ends with SIGSEGV (msgspec 0.22, seen at the first requests of a worker under load).
    """
    for shape in _shapes(msgspec.Struct):
        msgspec.json.Decoder(shape)


def _shapes(base: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for shape in base.__subclasses__():
        yield shape
        yield from _shapes(shape)


def read_tables() -> None:
    """Load the words and tables of the masks, which takes up to three seconds: no request waits for it."""
    compile_all()
    usual = sample_record(load_schemas()["standard"])
    remarks = ("+852 9123 4567, Flat A, 12/F, 1 Queen's Road", "signed by smith", "请张三丰代收，电话13812345678")
    mask_records([*({**usual, "remark": remark} for remark in remarks), *[usual] * FEW], "standard", "label")


def _spare_the_collector() -> None:
    """Make the garbage collector check new objects only, and less often.

    A batch makes tens of thousands of objects, none of them in a cycle. By default the collector traverses everything
    that the process has loaded several times a batch, which costs as much as masking the batch.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
