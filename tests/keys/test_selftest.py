"""The known-answer test: a wrong answer of the cryptography underneath stops the start."""

import pytest

from keys import selftest
from keys.errors import KeyFault


def test_the_cryptography_under_us_knows_the_answers() -> None:
    selftest.run()


@pytest.mark.parametrize("name", selftest.KNOWN_ANSWERS)
def test_one_wrong_answer_is_refused_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask, answer = selftest.KNOWN_ANSWERS[name]
    monkeypatch.setitem(selftest.KNOWN_ANSWERS, name, (lambda: ask()[:-1] + b"\0", answer))

    with pytest.raises(KeyFault) as fault:
        selftest.run()

    assert str(fault.value) == f"known-answer test failed: {name}"


def test_every_algorithm_that_keys_stand_on_is_asked() -> None:
    asked = {name.partition(" (")[0] for name in selftest.KNOWN_ANSWERS}

    assert asked == {"AES-256-GCM-SIV", "HMAC-SHA-256", "HKDF-SHA-256", "AES-256"}
