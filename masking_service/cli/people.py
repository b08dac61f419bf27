"""`people`: the keys and devices in people's hands, and who is frozen, for an operator."""

import os
import pwd
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from masking_service.cli.callers import caller_of, read_rows
from masking_service.cli.options import GIVEN_FILE, Checked, echo_columns, state_dir, tenant_option
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.metrics import Metrics
from masking_service.runtime.administration import OpenRegistries, opened_registry
from masking_service.runtime.clock import clock
from masking_service.runtime.opened import open_alerts
from masking_service.runtime.set_up import settings_of
from masking_service.service.acts.state import (
    ApprovedKey,
    Key,
    Keyholders,
    KeyRegistry,
    Request,
    status,
)
from masking_service.service.call.errors import SignatureInvalid
from masking_service.service.devices.state import MAX_DEVICES, DeviceRequest, Devices
from masking_service.service.people.principals import principal_id, service_principal

COLUMNS: Final = ("name", "since", "state", "fingerprint")
_THUMBPRINT: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

PRINCIPAL: Final = Checked("id", principal_id)
of_tenant: Final = tenant_option("The tenant of these people.")
principal_option = click.option("--principal", type=PRINCIPAL, help="The person whose key or device it is: ALIAS/SUB.")
TAKES_ANY_ID: Final = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""The id of a key or device may begin with a hyphen, and an h behind it."""


@click.group()
def people() -> None:
    """Approve people's keys and devices, and unfreeze people."""


@people.group()
def keys() -> None:
    """Keys with which people sign what they do."""


@people.group()
def devices() -> None:
    """Devices that prove the calls of their people."""


def _add_shared(group: click.Group, kind: type[KeyRegistry[Any, Any]], told: str, revoked: str) -> None:
    """Add the commands that keys and devices have alike: `list` and `revoke`.

    Args:
        told: what their fingerprint or id is.
        revoked: what one that is revoked no longer does.
    """
    noun = kind.name

    @group.command("list", help=f"Show the {noun}s that wait, and those of a person.\n\n{told}")
    @principal_option
    @of_tenant
    @state_dir
    def list_all(principal: str | None, tenant: str, state_dir: Path) -> None:
        with opened_registry(settings_of(state_dir)) as opened:
            registry = opened.state(kind)
            fingerprint = registry.fingerprint
            rows = [
                (one.principal, one.id, one.name, rfc3339(one.since), "pending", fingerprint(one))
                for one in opened.waiting_keys(registry, tenant)
                if principal in (None, one.principal)
            ]
            if principal is not None:
                held, gone = opened.keys_of(registry, tenant, principal)
                rows += [
                    (principal, key.id, key.name, rfc3339(key.since), _state(key, gone), fingerprint(key))
                    for key in held
                ]
        echo_columns([("principal", noun, *COLUMNS), *rows])

    @group.command("revoke", context_settings=TAKES_ANY_ID, help=f"Revoke a {noun.upper()} of a person.\n\n{revoked}")
    @click.argument(noun)
    @click.option("--principal", type=PRINCIPAL, required=True, help=f"The person whose {noun} it is: ALIAS/SUB.")
    @of_tenant
    @state_dir
    def revoke(principal: str, tenant: str, state_dir: Path, **named: str) -> None:
        with opened_registry(settings_of(state_dir)) as opened:
            registry = opened.state(kind)
            held = [one for one in opened.keys_of(registry, tenant, principal)[0] if one.id == named[noun]]
            if not held:
                raise click.ClickException(f"this person has no {noun} with this id")
            opened.revoke_key(registry, tenant, principal, held[0])
        click.echo("revoked")


_add_shared(
    keys,
    Keyholders,
    "The fingerprint of a key is the SHA-256 of its public key.",
    "It signs nothing from the next call on.",
)
_add_shared(
    devices,
    Devices,
    "The id of a device is the thumbprint of its public key.",
    "It proves nothing from the next call on.",
)


@keys.command("approve", context_settings=TAKES_ANY_ID)
@click.argument("key")
@principal_option
@of_tenant
@state_dir
def approve_key(key: str, principal: str | None, tenant: str, state_dir: Path) -> None:
    """Approve a KEY that waits.

    It is for the first approvers of a tenant, who then approve all others. Each approval is an entry of
    the log, and an alert. Add the printed fingerprint to the file that `audit verify --approvers` reads.

    With `signed.operators: 2` of the policy, two people have to run it, each under an account of their own (also as
    sudo names it).
    """
    with opened_registry(settings_of(state_dir)) as opened:
        request = _waiting(opened, opened.state(Keyholders), tenant, principal, key)
        approved = opened.approve_key(tenant, request, _operator())
        _raise_alert(opened, tenant)
    if approved is None:
        click.echo(f"{Keyholders.fingerprint(request)} {request.principal}", err=True)
        click.echo("not approved yet: another person has to run this command, under another account", err=True)
        return
    click.echo(f"{Keyholders.fingerprint(approved)} {request.principal}")
    click.echo("approved: keep this line with the fingerprints of the ceremony", err=True)


@devices.command("approve", context_settings=TAKES_ANY_ID)
@click.argument("device")
@principal_option
@of_tenant
@state_dir
def approve_device(device: str, principal: str | None, tenant: str, state_dir: Path) -> None:
    """Approve a DEVICE that waits.

    It is an entry of the log, and an alert. A person has at most two active devices.
    """
    with opened_registry(settings_of(state_dir)) as opened:
        request = _waiting(opened, opened.state(Devices), tenant, principal, device)
        _check_room(opened, tenant, request.principal, [device])
        opened.approve_device(tenant, request)
        _raise_alert(opened, tenant)
    click.echo(f"approved: {request.principal}")


@devices.command("import")
@click.argument("file", type=GIVEN_FILE)
@of_tenant
@state_dir
def import_devices(file: Path, tenant: str, state_dir: Path) -> None:
    """Approve the devices of a CSV file, which then do not wait.

    Its columns are principal, thumbprint and phone. The thumbprint is that of the device's public key (RFC 7638); the
    phone is the number from which its person calls, and may be empty. If any line has a fault, nothing is changed.
    """
    wanted = read_rows(file, ("principal", "thumbprint", "phone"), _device)
    with opened_registry(settings_of(state_dir), may_claim=True) as opened:
        people: dict[str, list[str]] = {}
        for one in wanted:
            people.setdefault(one.principal, []).append(one.id)
        for principal, ids in people.items():
            _check_room(opened, tenant, principal, ids)
        for one in wanted:
            opened.approve_device(tenant, one)
        _raise_alert(opened, tenant)
    click.echo(f"{len(wanted)} devices of {len(people)} people approved")


@devices.command("invite")
@click.argument("file", type=GIVEN_FILE)
@of_tenant
@state_dir
def invite_devices(file: Path, tenant: str, state_dir: Path) -> None:
    """Make an invitation for each person of a CSV file.

    Its columns are principal and phone, the number from which the person calls, which may be empty. An invitation
    approves one device of its person as it enrols, within seven days. Prints CSV with the columns principal and
    invitation: give each to its person only. If any line has a fault, none is made.
    """
    wanted = read_rows(file, ("principal", "phone"), _invited)
    with opened_registry(settings_of(state_dir)) as opened:
        click.echo("principal,invitation")
        for principal, phone in wanted:
            click.echo(f"{principal},{opened.invite_device(tenant, principal, phone)}")
        _raise_alert(opened, tenant)


@devices.command("uninvite")
@click.argument("file", type=GIVEN_FILE)
@of_tenant
@state_dir
def uninvite_devices(file: Path, tenant: str, state_dir: Path) -> None:
    """Take back the invitations of a CSV file, as `invite` printed it.

    No device enrols with them from the next call on. A device that has used one keeps proving calls until it is
    revoked, and is named. If any line has a fault, nothing is changed.
    """
    with opened_registry(settings_of(state_dir)) as opened:

        def read(row: Mapping[str, str]) -> tuple[str, str]:
            principal = principal_id(row["principal"].strip())
            try:
                return principal, opened.invitation_id(tenant, principal, row["invitation"].strip())
            except SignatureInvalid:
                raise ValueError("not an invitation of this person, or one that has ended") from None

        wanted = read_rows(file, ("principal", "invitation"), read)
        for principal, invitation in wanted:
            opened.uninvite(tenant, principal, invitation)
            held, revoked = opened.keys_of(opened.state(Devices), tenant, principal)
            for one in held:
                if one.invitation == invitation and status(one, revoked) == "active":
                    click.echo(f"{principal}: device {one.id} used it; `people devices revoke` revokes it", err=True)
    click.echo(f"{len(wanted)} invitations taken back")


def _invited(row: Mapping[str, str]) -> tuple[str, str]:
    """Return the person of a row, and the phone. Raises ValueError, without the value."""
    principal, number = caller_of(row)
    return principal, number or ""


def _device(row: Mapping[str, str]) -> DeviceRequest:
    """Return the device of a row. Raises ValueError, without the value."""
    principal, number = _invited(row)
    device = row["thumbprint"].strip()
    if not _THUMBPRINT.fullmatch(device):
        raise ValueError("a thumbprint is 43 characters of base64url")
    return DeviceRequest(id=device, principal=principal, name="imported", since=clock(), phone=number)


@people.command()
@click.argument("principal", type=PRINCIPAL)
@of_tenant
@state_dir
def unfreeze(principal: str, tenant: str, state_dir: Path) -> None:
    """Unfreeze a PRINCIPAL.

    Use it when everyone who may unfreeze is frozen, too.
    """
    with opened_registry(settings_of(state_dir)) as opened:
        opened.unfreeze(tenant, principal)
    click.echo("unfrozen")


def _waiting(
    opened: OpenRegistries, registry: KeyRegistry[Key, Request], tenant: str, principal: str | None, key: str
) -> Request:
    for one in opened.waiting_keys(registry, tenant):
        if one.id == key and principal in (None, one.principal):
            return one
    raise click.ClickException(f"no {registry.name} with this id is waiting for approval")


def _check_room(opened: OpenRegistries, tenant: str, principal: str, wanted: Sequence[str]) -> None:
    """Refuse more devices of a person than one may have, and such that were revoked."""
    held, revoked = opened.keys_of(opened.state(Devices), tenant, principal)
    if any(one.id in wanted and status(one, revoked) == "revoked" for one in held):
        raise click.ClickException(f"{principal}: a device that was revoked is not approved again")
    if len({*wanted, *(one.id for one in held if status(one, revoked) == "active")}) > MAX_DEVICES:
        raise click.ClickException(f"{principal}: a person has at most {MAX_DEVICES} active devices")


def _raise_alert(opened: OpenRegistries, tenant: str) -> None:
    alerts = open_alerts(opened.settings, opened.keyring, Metrics())
    alerts.raise_alert("key-by-command", service_principal("command-line", tenant))
    alerts.close()


def _operator() -> str:
    """Return the account of the person who runs the command."""
    return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name


def _state(key: ApprovedKey, revoked: frozenset[str]) -> str:
    found = status(key, revoked)
    return found if found == "revoked" else f"active, approved by {key.approved_by}"
