"""Tests the webhook that sends alerts: signed, tried again, dropped and counted, to one valid URL."""

import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keys.framing import frame
from keys.messages import SIGNATURE, TIMESTAMP, MessageKey
from masking_service.observability.alerts import Alert
from masking_service.observability.webhook import MAX_WAITING, Webhook, check_url
from masking_service.runtime.settings import Settings, SettingsError
from tests.every import every
from tests.keys.known import known_bytes, secret_file
from tests.receivers import Receiver, receiving
from tests.servers import wait_until
from tests.store.stores import NOW

KEY = known_bytes("alerts")
ALERT = Alert("5f1c0a9e27d34b68", "misses", "2026-11-30T00:53:20Z", "ab" * 16, "staff/u-1")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


Hook = Callable[..., Webhook]


@pytest.fixture
def dropped() -> list[str]:
    return []


@pytest.fixture
def hook(receiver: Receiver, dropped: list[str]) -> Iterator[Hook]:
    """`hook()`: a webhook to the receiver, without pauses."""
    made: list[Webhook] = []

    def make(url: str | None = None, pauses: tuple[float, ...] = (0.0, 0.0, 0.0)) -> Webhook:
        made.append(
            Webhook(url or receiver.url, MessageKey(KEY), clock=lambda: NOW, dropped=dropped.append, pauses=pauses)
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


def wait_for(met: Callable[[], object]) -> None:
    wait_until(lambda: bool(met()), "the webhook has done it", 5.0)


def test_an_alert_arrives_whole_and_signed(hook: Hook, receiver: Receiver, dropped: list[str]) -> None:
    hook()(ALERT)
    wait_for(lambda: receiver.received)
    path, headers, body = receiver.received[0]

    assert (path, headers["Content-Type"], headers[TIMESTAMP]) == ("/hook", "application/json", str(NOW))
    assert json.loads(body) == {
        "id": "5f1c0a9e27d34b68",
        "kind": "misses",
        "at": "2026-11-30T00:53:20Z",
        "tenant": "ab" * 16,
        "principal": "staff/u-1",
    }
    signed = frame(str(NOW).encode(), body)
    assert headers[SIGNATURE] == "v1=" + hmac.digest(KEY, signed, "sha256").hex()


def test_the_documented_code_verifies_signatures(hook: Hook, receiver: Receiver) -> None:
    text = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text("utf-8")
    known: dict[str, Any] = {"hmac": hmac}
    exec(text.partition("```python\n")[2].partition("```")[0], known)  # noqa: S102 -- the document's own code
    hook()(ALERT)
    wait_for(lambda: receiver.received)
    _, headers, body = receiver.received[0]

    assert known["genuine"](KEY, headers, body) is True
    assert known["genuine"](KEY, headers, body + b" ") is False
    assert known["genuine"](KEY, headers | {TIMESTAMP: "1796000001"}, body) is False


@pytest.mark.parametrize("answers", [[500, 200], [302, 404, 204]])
def test_an_alert_that_is_not_accepted_is_sent_again(
    hook: Hook, receiver: Receiver, dropped: list[str], answers: list[int]
) -> None:
    tries = len(answers)
    receiver.answers = answers
    one = hook()
    one(ALERT)
    wait_for(lambda: len(receiver.received) == tries)
    one.close()

    assert (len(receiver.received), len({body for _, _, body in receiver.received}), dropped) == (tries, 1, [])


@pytest.mark.parametrize("status", [500, 503, 400, 301, 302, 307, 308])
def test_an_alert_is_dropped_and_counted_after_three_attempts(
    hook: Hook, receiver: Receiver, dropped: list[str], status: int
) -> None:
    receiver.answers = [status]
    hook()(ALERT)
    wait_for(lambda: dropped)

    assert (len(receiver.received), dropped) == (3, ["undelivered"])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(hook: Hook, receiver: Receiver, dropped: list[str], status: int) -> None:
    with receiving() as elsewhere:
        receiver.answers = [status]
        receiver.headers = {"Location": elsewhere.url}
        hook()(ALERT)
        wait_for(lambda: dropped)

        assert elsewhere.received == []


def test_without_a_receiver_an_alert_is_dropped_and_the_next_is_tried(
    hook: Hook, receiver: Receiver, dropped: list[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    one = hook(f"http://127.0.0.1:{port}/hook")
    one(ALERT)
    wait_for(lambda: len(dropped) == 1)
    one(ALERT)
    wait_for(lambda: len(dropped) == 2)

    assert dropped == ["undelivered"] * 2


def test_a_failing_counter_does_not_stop_alerts(receiver: Receiver) -> None:
    def failing(_: str) -> None:
        raise ZeroDivisionError

    receiver.answers = [500, 200]
    one = Webhook(receiver.url, MessageKey(KEY), clock=lambda: NOW, dropped=failing, pauses=(0.0,))
    one(ALERT)
    one(ALERT)
    one.close()

    assert len(receiver.received) == 2


def test_a_receiver_that_never_answers_blocks_no_caller(
    hook: Hook, dropped: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_service.observability.webhook.TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hook(f"http://127.0.0.1:{silent.getsockname()[1]}/hook")(ALERT)
        wait_for(lambda: dropped)

    assert dropped == ["undelivered"]


def test_a_full_queue_drops_at_once(hook: Hook, receiver: Receiver, dropped: list[str]) -> None:
    released = threading.Event()
    receiver.meanwhile = lambda: released.wait(5)
    one = hook()
    one(ALERT)
    wait_for(lambda: receiver.received)
    for _ in range(MAX_WAITING + 3):
        one(ALERT)
    before = list(dropped)
    released.set()

    assert before == ["full"] * 3


def test_closing_sends_queued_alerts(hook: Hook, receiver: Receiver) -> None:
    one = hook()
    for _ in range(5):
        one(ALERT)
    one.close()

    assert len(receiver.received) == 5


def test_proxies_of_the_environment_are_ignored(
    hook: Hook, receiver: Receiver, dropped: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        hook()(ALERT)
        wait_for(lambda: receiver.received)

        assert proxy.received == []


@every(
    "url",
    [
        "https://alerts.example.com/hook",
        "https://alerts.example.com:8443/hook?team=privacy",
        "http://127.0.0.1:9000/",
        "http://[::1]:9000/hook",
        "http://localhost/hook",
    ],
)
def test_valid_webhook_urls(url: str) -> None:
    assert check_url(url) == url


@every(
    "url",
    [
        "http://alerts.example.com/hook",
        "http://127.0.0.1.example.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "https:///hook",
        "alerts.example.com",
        "https://user:password@alerts.example.com/",
        "https://alerts.example.com/#x",
        "https://alerts.example.com:port/",
        "https://alerts.example.com:99999/",
        "https://alerts.example.com:0/",
        "https://alerts.example.com/a b",
        "https://alerts.example.com/\r\nX: y",
        "https://告警.example.com/",
    ],
)
def test_invalid_webhook_urls(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        check_url(url)
    assert url not in str(refused.value)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return secret_file(tmp_path / "alert.key", KEY.hex().encode())


def test_settings_contain_url_and_key(key_file: Path) -> None:
    environment = {"MASKING_ALERT_URL": "https://alerts.example.com/hook", "MASKING_ALERT_KEY_FILE": str(key_file)}
    read = Settings.read(environment, development=False)

    assert (read.alert_url, read.alert_key) == ("https://alerts.example.com/hook", key_file)


def test_without_a_url_no_alerts_are_sent() -> None:
    read = Settings.read({}, development=False)

    assert (read.alert_url, read.alert_key) == ("", None)


@pytest.mark.parametrize(
    ("url", "key", "reason"),
    [
        ("https://alerts.example.com/", "", "set together"),
        ("", "{key}", "set together"),
        ("http://alerts.example.com/", "{key}", "MASKING_ALERT_URL must begin"),
        ("https://alerts.example.com/", "/nowhere", "MASKING_ALERT_KEY_FILE must name a file that this user can read"),
    ],
)
def test_incomplete_or_invalid_webhook_settings_are_refused(key_file: Path, url: str, key: str, reason: str) -> None:
    environment = {"MASKING_ALERT_URL": url, "MASKING_ALERT_KEY_FILE": key.format(key=key_file)}

    with pytest.raises(SettingsError, match=reason):
        Settings.read(environment, development=False)
