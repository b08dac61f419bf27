"""The lines of the log."""

import io
import json
from datetime import UTC, datetime, timedelta

from masking_service.observability.logs import logger_to


class Stream(io.BytesIO):
    """A stream that remembers each write."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, line: bytes) -> int:  # type: ignore[override]  # no other kind of bytes comes
        self.written.append(line)
        return super().write(line)


def test_a_line_has_its_fields_the_event_the_level_and_the_time() -> None:
    stream = Stream()

    logger_to(stream).warning("failed", where="here:1")

    line = json.loads(stream.getvalue())
    logged_at = datetime.fromisoformat(line.pop("time"))
    assert line == {"where": "here:1", "event": "failed", "level": "warning"}
    assert timedelta(0) <= datetime.now(UTC) - logged_at < timedelta(minutes=1)


def test_a_field_that_is_not_in_the_list_is_left_out() -> None:
    stream = Stream()

    logger_to(stream).info("request", phone="13812345678", status=200)

    line = json.loads(stream.getvalue())
    del line["time"]  # its digits may be any
    assert "138" not in json.dumps(line)
    assert line["status"] == 200


def test_each_line_is_one_write() -> None:
    stream = Stream()
    log = logger_to(stream)

    log.debug("one")
    log.error("two", reason="a\nb")

    assert [line.count(b"\n") for line in stream.written] == [1, 1]
    assert [json.loads(line)["level"] for line in stream.written] == ["debug", "error"]
