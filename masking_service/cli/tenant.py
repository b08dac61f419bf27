"""The option that names a tenant."""

from collections.abc import Callable
from typing import Any, Final

import click

from masking_service.cli.options import Checked
from masking_service.service.people.principals import DEFAULT_TENANT, tenant_name

_NAME: Final = Checked("name", tenant_name)


def tenant_option(text: str) -> Callable[[Any], Any]:
    """Return the option `--tenant`, with its help text; a value that cannot be a tenant's name is refused."""
    return click.option("--tenant", type=_NAME, default=DEFAULT_TENANT, show_default=True, help=text)
