"""The service of the HTTP tests, for what its use cases leave in the audit log."""

from tests.web.conftest import fresh, set_clock, settings, valkey

__all__ = ["fresh", "set_clock", "settings", "valkey"]
