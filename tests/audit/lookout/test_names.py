"""The policy, the texts and the signals name the same signals."""

from masking_service.access.rules import LOOKOUT_SIGNALS
from masking_service.audit.lookout.texts import TEXTS


def test_a_policy_can_name_every_signal_that_has_words() -> None:
    assert set(TEXTS) == set(LOOKOUT_SIGNALS)
