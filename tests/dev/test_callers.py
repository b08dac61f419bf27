"""In a development set-up everyone who may call has a number on file, and it is no one's."""

from pathlib import Path

import redis

from masking_service.dev.development import Development
from masking_service.runtime.administration import opened_registry
from masking_service.service.people.principals import Principal
from masking_service.service.phone_calls.line import DEVELOPMENT_KEY
from masking_service.service.phone_calls.state import Callers


def test_those_who_may_call_have_a_number_and_others_have_none(valkey: str, tmp_path: Path) -> None:
    with Development({"MASKING_STATE_DIR": str(tmp_path), "MASKING_REDIS_URL": valkey}) as made:
        settings = made.settings
        with opened_registry(settings) as opened:
            numbers = {
                who: opened.state(Callers).number(Principal(who, "default", (), frozenset(), "jwt"))
                for who in ("client/courier", "client/courier-2", "dev/officer-wang", "dev/auditor-sun")
            }

    assert numbers["dev/auditor-sun"] is None
    assert len({number for number in numbers.values() if number and number.startswith("0101000")}) == 3
    assert (tmp_path / DEVELOPMENT_KEY).stat().st_mode & 0o077 == 0


def test_a_second_start_changes_no_number(valkey: str, tmp_path: Path) -> None:
    environment = {"MASKING_STATE_DIR": str(tmp_path), "MASKING_REDIS_URL": valkey}
    with redis.Redis.from_url(valkey) as client:
        held = []
        for _ in range(2):
            with Development(environment):
                held.append({key: client.hgetall(key) for key in client.scan_iter(match="wm:*callers")})

    assert held[0]
    assert held[0] == held[1]
