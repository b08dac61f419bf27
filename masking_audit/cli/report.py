"""`audit report` and `audit sharing`: sum a period for the compliance audit, and list what was given to whom."""

import click

from masking_audit.cli.pack_commands import PackOptions, new_pack, period, write_pack
from masking_audit.packs.report import Report
from masking_audit.packs.sharing import Sharing
from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339
from masking_service.runtime.clock import clock
from masking_service.runtime.set_up import settings_of
from masking_service.service.people.policy import Policy


@click.command()
@period
def report(asked: PackOptions) -> None:
    """Write the figures of a period for a compliance audit.

    Openings by purpose, role and person (sums of fields), unexplained ones, full views, cases, erasures, retention,
    freezes, refusals, and printers that used up their budget for conflicts. A folder with Markdown and CSV in English
    and Chinese, and a signed list of the files, which `audit verify FOLDER` verifies with the public key alone.
    """
    settings = settings_of(asked.state_dir)
    policy = Policy.load(settings.policy, development=settings.development)
    with new_pack(asked, "report") as log:
        sums = Report(asked.begin, asked.end)
        sums.sum_period(log.verified_entries())
        sums.find_traces(entry for _, entry in log.unverified_entries())
        retention = policy.retention_days(asked.tenant)
        before = log.keyring.keyset.shredded_before
        shredded = rfc3339(before * SECONDS_A_DAY)[:10] if before else ""
        write_pack(log, sums.document(log.source(), retention, shredded, clock()))


@click.command()
@period
def sharing(asked: PackOptions) -> None:
    """Write the ledger of what was given to whom, from the log.

    Fields opened, full views and numbers bound for calls, by recipient, purpose and month; and who was given access.
    A folder with Markdown and CSV in English and Chinese, and a signed list of the files, which `audit verify FOLDER`
    verifies with the public key alone.
    """
    with new_pack(asked, "sharing") as log:
        ledger = Sharing(asked.begin, asked.end)
        ledger.sum_period(log.verified_entries())
        write_pack(log, ledger.document(log.source()))
