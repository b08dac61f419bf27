"""`audit sharing`: the ledger of what was given to whom."""

import click

from masking_audit.cli.pack_commands import PackOptions, new_pack, period, write_pack
from masking_audit.packs.sharing import Sharing


@click.command()
@period
def sharing(asked: PackOptions) -> None:
    """Write the ledger of what was given to whom, from the log.

    Fields opened, full views and numbers bound for calls, by recipient, purpose and month; and who was given access.
    A folder with Markdown and CSV in English and Chinese, and a signed list of the files, which `audit verify FOLDER`
    verifies with the public key alone.
    """
    with new_pack(asked, "sharing") as log:
        ledger = Sharing(log.tenant, asked.begin, asked.end)
        ledger.sum_period(log.verified_entries())
        write_pack(log, ledger.document(log.source()))
