"""The auditor's program: `waybill-audit`, or `python -m masking_audit` in a checkout.

It has the commands of `python -m masking_service audit`.
"""

import sys
from typing import Final

from masking_audit.cli import audit
from masking_service.cli import run

INSTALLED: Final = "waybill-audit"


def main() -> None:
    """Run the command that the arguments name."""
    try:
        run(audit, INSTALLED, "masking_audit")
    except ModuleNotFoundError as missing:
        needed = "pip install './masking_audit[store]'"
        print(f"This needs the store or the keyset, and {missing.name} is missing: {needed}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
