"""The faults that a command says in words, without a traceback."""

from typing import Final

from masking_service.masking.errors import DefinitionError
from masking_service.runtime.opened import WrongPurpose
from masking_service.runtime.settings import SettingsError
from masking_service.service.people.errors import ClientError, PolicyError
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.reasons import told as store_told
from masking_service.texts import say

_IN_WORDS: Final = (
    ClientError,
    DefinitionError,
    PolicyError,
    SettingsError,
    WrongPurpose,
    WrongStore,
)


def told(error: Exception) -> str | None:
    """Return what a fault says to the person at the terminal; None for an error of the program."""
    if isinstance(error, StoreUnavailable):
        return say(store_told(error))
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error) if isinstance(error, _IN_WORDS) else None
