"""Real providers, started once."""

from collections.abc import Iterator
from contextlib import suppress

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType

from tests import programs
from tests.keys.providers.bao import Bao
from tests.keys.providers.softhsm import LABELS, MODULE, SoftHsm


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    """SoftHSM with valid and invalid root keys."""
    programs.needed("softhsm2-util")  # some tests ask for it by its name
    hsm = SoftHsm(tmp_path_factory.mktemp("softhsm"))
    for key_id, label in LABELS.items():
        hsm.make_key(key_id, label)
    hsm.make_key(b"readable", "extractable", template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: True})
    hsm.make_key(b"readable", "not sensitive", template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: False})
    hsm.make_key(b"shorter-", "aes 128", bits=128)
    hsm.make_key(b"generic-", "generic", kind=KeyType.GENERIC_SECRET)
    hsm.make_key(b"doubled-", "doubled")
    hsm.make_key(b"doubled-", "doubled")
    return hsm


@pytest.fixture
def softhsm(tokens: SoftHsm) -> Iterator[SoftHsm]:
    """SoftHSM, to which this process has no session yet."""
    yield tokens
    with suppress(pkcs11.PKCS11Error):
        pkcs11.lib(str(MODULE)).finalize()


@pytest.fixture(scope="session")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    """A running OpenBao server."""
    server = Bao(tmp_path_factory.mktemp("bao"))
    yield server
    server.stop()
