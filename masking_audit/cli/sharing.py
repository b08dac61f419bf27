"""`audit sharing`: the ledger of what was given to whom."""

import click

from masking_audit.cli.pack_commands import PackOptions, new_folder, period, whole_log, write_pack
from masking_audit.packs.sharing import Sharing


@click.command()
@period
def sharing(asked: PackOptions) -> None:
    """Write the ledger of what was given to whom, from the log.

    Fields opened, full views and numbers bound for calls, by recipient, purpose and month; and who was given access.
    A folder with Markdown and CSV in English and Chinese, and a signed list of the files, which `audit verify FOLDER`
    verifies with the public key alone.
    """
    with new_folder(asked, "sharing") as folder, whole_log(asked) as log:
        hashed = log.keyring.tenant(asked.tenant).lasting_hash("tenant")
        ledger = Sharing(hashed, asked.begin, asked.end)
        ledger.sum_period(log.verified_entries())
        write_pack(folder, log, ledger.document(log.source(hashed)), asked)
