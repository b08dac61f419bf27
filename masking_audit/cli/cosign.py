"""`audit cosign`: runs a witness of other archives (C2SP tlog-witness), which cosigns their checkpoint notes."""

import signal
import threading
from pathlib import Path

import click

from masking_audit.cli.file_options import note_key_in
from masking_audit.tiles.cosigner import PUBLIC, Cosigner, CosignerServer
from masking_audit.tiles.notes import LOG, NoteError
from masking_service.cli.options import FOLDER, GIVEN_FILE
from masking_service.runtime.clock import clock


@click.command()
@click.option(
    "--folder",
    required=True,
    type=FOLDER,
    help="The folder for its key and the newest checkpoint of each log. A witness that loses it needs a new name.",
)
@click.option("--name", required=True, help="The name in its cosignatures, such as cosigner.example.com.")
@click.option(
    "--log",
    "logs",
    required=True,
    multiple=True,
    type=GIVEN_FILE,
    help="The verifier key of a log to cosign (log.vkey in its archive); repeat it for more.",
)
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Where to listen on 127.0.0.1; 0 for any.")
def cosign(folder: Path, name: str, logs: tuple[Path, ...], port: int) -> None:
    """Cosign the checkpoint notes of logs that only grow.

    It runs until SIGTERM or Ctrl-C. Run it on a machine that neither the operators of the service nor those of the
    archive can write to.
    """
    try:
        cosigner = Cosigner(folder, name, [note_key_in(path, LOG) for path in logs], clock)
    except NoteError as error:
        raise click.ClickException(str(error)) from None
    try:
        server = CosignerServer(cosigner, port)
    except OSError as error:
        raise click.ClickException(f"127.0.0.1:{port}: cannot listen here ({error.strerror})") from None
    with server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        click.echo(f"{server.url} cosigns as {name}; its public key is {folder / PUBLIC}")
        server.serve_forever()
