"""Keys that the service shares with other systems, each in a file whose date is its age."""

from collections.abc import Mapping
from pathlib import Path

from masking_service.runtime.settings import Settings
from masking_service.service.people.rules import Rules


def key_files(settings: Settings, rules: Rules) -> Mapping[str, float]:
    """Return when each key file was last written (Unix seconds), by what its key is for.

    A file that is missing is left out; `doctor` and the start of the service say so.
    """
    calls, check, folder = rules.calls, rules.cases.check, settings.policy.parent
    files: dict[str, Path | None] = {
        "alert-webhook": settings.alert_key,
        "archive": settings.audit_key,
        "case-check": folder / check.key if check is not None else None,
        "calls": folder / calls.key if calls is not None else None,
        "call-records": folder / calls.records_key if calls is not None and calls.records_key else None,
    }
    return {use: file.stat().st_mtime for use, file in files.items() if file is not None and file.exists()}
