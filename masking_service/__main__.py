"""`python -m masking_service`: see `masking_service.cli`."""

from masking_service.cli import main

if __name__ == "__main__":
    main()
