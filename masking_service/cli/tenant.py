"""The option that names a tenant."""

from collections.abc import Callable
from typing import Any

import click

from masking_service.service.people.principals import DEFAULT_TENANT, tenant_name


class _TenantName(click.ParamType[str]):
    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return tenant_name(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def tenant_option(text: str) -> Callable[[Any], Any]:
    """Return the option `--tenant`, with its help text; a value that cannot be a tenant's name is refused."""
    return click.option("--tenant", type=_TenantName(), default=DEFAULT_TENANT, show_default=True, help=text)
