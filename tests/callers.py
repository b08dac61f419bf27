"""Numbers from which the people of a development set-up call, put on file as `callers import` does."""

import os

from masking_service.service.phone_calls.state import Callers
from tests.web.api import Api
from tests.web.people import COURIER, OFFICER, OTHER_OFFICER

OWN = "13900000001"
"""The courier's own number."""
NUMBERS = {
    "default": {
        f"client/{COURIER}": OWN,
        f"client/{COURIER}-2": "13900000002",
        f"client/{OFFICER}": "13900000003",
        f"client/{OFFICER}-2": "13900000004",
    },
    "other": {f"client/{OTHER_OFFICER}": "13900000005"},
}


def put_on_file(api: Api) -> None:
    """Give each person who may call a number."""
    for tenant, numbers in NUMBERS.items():
        Callers(api.parts.store, api.parts.keyring, os.urandom).prepare(tenant, numbers).write()
