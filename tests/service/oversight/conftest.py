"""The service of the HTTP tests, for what its use cases leave in the audit log."""

from tests.web.conftest import api, fresh, set_clock, settings, shared, valkey

__all__ = ["api", "fresh", "set_clock", "settings", "shared", "valkey"]
