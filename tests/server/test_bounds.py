"""What a worker does at the same time: requests that use the store are bounded, and one large one computes."""

import io
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from masking_service import computing
from masking_service.computing import SWITCH_SECONDS, waiting
from masking_service.http.app import OVERLOADED
from masking_service.runtime.settings import MAX_BODY_BYTES
from masking_service.server.bounds import LARGE, LARGE_THREADS, OTHERS_THREADS, Bounds
from tests.every import every

Environ = dict[str, Any]


def call(application: Bounds, path: str, **environ: Any) -> Environ:
    """Send one request; returns the environment as the application saw it."""
    seen = {"PATH_INFO": path, "wsgi.input": io.BytesIO(b"x" * LARGE), **environ}
    application(seen, lambda *_: None)  # type: ignore[arg-type]  # a fake
    return seen


def refused(environ: Environ) -> bool:
    return OVERLOADED in environ


def during(path: str, then: Callable[[Bounds], Environ], **environ: Any) -> Environ:
    """What `then` sees while a request is answered, where one at a time may use the store, and one may be large."""
    seen: list[Environ] = []

    def application(environ: Environ, _: object) -> list[bytes]:
        if environ.get("first"):
            seen.append(then(bounds))
        return []

    bounds = Bounds(application, MAX_BODY_BYTES, store_threads=1, large_threads=1)
    call(bounds, path, first=True, **environ)
    return seen[0]


def test_a_request_over_the_bound_is_refused_at_once() -> None:
    assert refused(during("/v1/tokenize", lambda bounds: call(bounds, "/v1/cases")))


@every("path", ["/v1/mask", "/healthz", "/readyz", "/metrics", "/docs"])
def test_what_never_uses_the_store_is_answered_meanwhile(path: str) -> None:
    assert not refused(during("/v1/tokenize", lambda bounds: call(bounds, path)))


def test_masks_do_not_count() -> None:
    assert not refused(during("/v1/mask", lambda bounds: call(bounds, "/v1/tokenize")))


def test_a_large_request_over_the_bound_is_refused_at_once() -> None:
    large = {"CONTENT_LENGTH": str(LARGE)}

    assert refused(during("/v1/mask", lambda bounds: call(bounds, "/v1/mask", **large), **large))


def test_the_body_of_a_refused_request_is_read() -> None:
    body = io.BytesIO(b"x" * LARGE)
    large = {"CONTENT_LENGTH": str(LARGE), "wsgi.input": body}
    during("/v1/mask", lambda bounds: call(bounds, "/v1/mask", **large), CONTENT_LENGTH=str(LARGE))

    assert body.read() == b""


def test_a_refused_body_is_read_as_far_as_the_setting_allows() -> None:
    body = io.BytesIO(b"x" * (MAX_BODY_BYTES + 2))
    bounds = Bounds(lambda *_: [], MAX_BODY_BYTES + 1, store_threads=0)

    call(bounds, "/v1/tokenize", **{"CONTENT_LENGTH": str(MAX_BODY_BYTES + 2), "wsgi.input": body})

    assert body.read() == b"x"


@pytest.mark.parametrize("path", ["/v1/mask", "/v1/tokenize"])
def test_a_small_request_is_answered_beside_large_ones(path: str) -> None:
    assert not refused(during("/v1/mask", lambda bounds: call(bounds, path), CONTENT_LENGTH=str(LARGE)))


def test_a_large_request_that_is_refused_keeps_no_place_at_the_store() -> None:
    def then_small(bounds: Bounds) -> Environ:
        call(bounds, "/v1/tokenize", CONTENT_LENGTH=str(LARGE))
        return call(bounds, "/v1/tokenize")

    assert not refused(during("/v1/mask", then_small, CONTENT_LENGTH=str(LARGE)))


def test_a_refused_request_does_not_free_the_place_of_another() -> None:
    def twice(bounds: Bounds) -> Environ:
        call(bounds, "/v1/tokenize")
        return call(bounds, "/v1/tokenize")

    assert refused(during("/v1/tokenize", twice))


def test_a_request_that_fails_frees_its_place() -> None:
    def application(environ: Environ, _: object) -> list[bytes]:
        if "fails" in environ:
            raise RuntimeError
        return []

    bounds = Bounds(application, MAX_BODY_BYTES, store_threads=1)
    with pytest.raises(RuntimeError):
        call(bounds, "/v1/tokenize", fails=True)

    assert not refused(call(bounds, "/v1/tokenize"))


@pytest.mark.parametrize("path", ["/v1/mask", "/v1/tokenize"])
@pytest.mark.parametrize(
    ("body", "locked"),
    [
        ({"CONTENT_LENGTH": str(LARGE)}, True),
        ({"CONTENT_LENGTH": str(LARGE - 1)}, False),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, True),
        ({"CONTENT_LENGTH": ""}, False),
        ({}, False),
    ],
)
def test_a_large_request_holds_the_computing_lock(path: str, body: Environ, locked: bool) -> None:
    intervals = []

    def application(*_: object) -> list[bytes]:
        intervals.append(sys.getswitchinterval())
        return []

    call(Bounds(application, MAX_BODY_BYTES), path, **body)

    assert (intervals[0] == pytest.approx(SWITCH_SECONDS)) is locked


def test_a_large_request_whose_turn_does_not_come_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "MAX_WAIT_SECONDS", 0.0)
    large = {"CONTENT_LENGTH": str(LARGE)}
    seen: list[Environ] = []

    def application(environ: Environ, _: object) -> list[bytes]:
        if environ.get("first"):
            other = threading.Thread(target=lambda: seen.append(call(bounds, "/v1/mask", **large)))
            other.start()
            other.join(10)
        return []

    bounds = Bounds(application, MAX_BODY_BYTES)
    call(bounds, "/v1/mask", first=True, **large)

    assert refused(seen[0])


def test_the_bound_holds_over_threads() -> None:
    inside, leave = threading.Barrier(3), threading.Event()

    def application(environ: Environ, _: object) -> list[bytes]:
        if not refused(environ):
            inside.wait(10)
            assert leave.wait(10)
        return []

    bounds = Bounds(application, MAX_BODY_BYTES, store_threads=2)
    threads = [threading.Thread(target=call, args=(bounds, "/v1/tokenize")) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.wait(10)
    third = call(bounds, "/v1/tokenize")
    leave.set()
    for thread in threads:
        thread.join(10)

    assert refused(third)


@pytest.mark.parametrize(
    ("credentials", "places"),
    [
        (["Bearer k1", "bearer k1", "BEARER  k1", "Bearer\tk1", "bEARER k1 ", *["Bearer k1"] * 6], LARGE_THREADS),
        ([*["Bearer k1"] * 8, "Bearer k2"], 9),
        ([*["Bearer k1"] * 8, "Bearer k2", "Bearer k2"], 9),
        ([*["Bearer k1"] * 8, *[f"Bearer k{at}" for at in range(2, 8)]], LARGE_THREADS + OTHERS_THREADS),
        ([""] * 10, LARGE_THREADS),
    ],
    ids=[
        "one credential, however its scheme is spelt",
        "another credential's first",
        "another credential's second",
        "many credentials",
        "none, from one address",
    ],
)
def test_one_caller_s_large_requests_leave_a_place_to_each_other_caller(credentials: list[str], places: int) -> None:
    answered: list[Environ] = []
    left = [*reversed(credentials)]

    def application(environ: Environ, _: object) -> list[bytes]:
        if not refused(environ):
            answered.append(environ)
            if left:
                with waiting():  # as for the store, so that the next one may compute
                    send_next()
        return []

    def send_next() -> None:
        large = {"CONTENT_LENGTH": str(LARGE), "HTTP_AUTHORIZATION": left.pop()}
        thread = threading.Thread(target=call, args=(bounds, "/v1/mask"), kwargs=large)
        thread.start()
        thread.join(10)

    bounds = Bounds(application, MAX_BODY_BYTES)
    send_next()

    assert len(answered) == places
