"""The policy, the texts and the signals name the same signals."""

from masking_service.service.lookout.reasons import TEXTS
from masking_service.service.people.rules import LOOKOUT_SIGNALS


def test_a_policy_can_name_every_signal_that_has_words() -> None:
    assert set(TEXTS) == set(LOOKOUT_SIGNALS)
