"""`python -m masking_service`: see `masking_service.cli`."""

import sys
from pathlib import Path

try:
    from masking_service.cli import main
except ModuleNotFoundError as missing:
    package = (missing.name or "").partition(".")[0]
    if package in sys.stdlib_module_names or Path(__file__).parents[1].joinpath(package).exists():
        raise
    print(
        "the requirements are not installed for this Python: run make install, "
        "then .venv/bin/python -m masking_service ...",
        file=sys.stderr,
    )
    sys.exit(2)

if __name__ == "__main__":
    main()
