"""`audit serve`: answers the service's questions about older entries, beside the archive."""

import signal
import threading
from functools import partial
from pathlib import Path
from typing import Final

import click

from keys.messages import MessageKey
from masking_audit.archive.answering import ArchiveServer
from masking_audit.cli.file_options import archive
from masking_service.cli.options import FOLDER, GIVEN_FILE, state_dir
from masking_service.runtime.clock import clock
from masking_service.runtime.state_files import ARCHIVE

INDEX: Final = "index"


@click.command()
@archive
@click.option(
    "--key",
    required=True,
    envvar="MASKING_AUDIT_KEY_FILE",
    type=GIVEN_FILE,
    help="The key that the service's MASKING_AUDIT_KEY_FILE has, too. Make it with: openssl rand -hex 32",
)
@click.option(
    "--index",
    type=FOLDER,
    help=f"The folder of the index, which may be deleted at any time. If not given: {INDEX} in the archive.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port to listen at; 0 for a free one.",
)
@state_dir
def serve(archive: Path | None, key: Path, index: Path | None, host: str, port: int, state_dir: Path) -> None:
    """Answer the service's questions about archived entries.

    `GET /v1/audit` reads the entries here that the store no longer has (MASKING_AUDIT_URL). It runs until SIGTERM or
    Ctrl-C, only reads the archive, and needs neither the store nor the keyset.
    """
    if archive is not None and not archive.is_dir():
        raise click.BadParameter(f"{archive}: there is no such folder", param_hint="--archive")
    folder = archive or state_dir / ARCHIVE  # where a witness that starts at the same time may not have made it yet
    say = partial(click.echo, err=True)
    secret = MessageKey.read(key)
    try:
        server = ArchiveServer(folder, index or folder / INDEX, secret, clock, address=(host, port), report=say)
    except OSError as error:
        if error.filename is not None:  # the folder of the index
            raise
        raise click.ClickException(f"{host}:{port}: cannot listen here ({error.strerror})") from None
    with server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        click.echo(f"{server.url} answers questions about {folder}")
        server.serve_forever()
