"""Checks our logs, proofs and cosigner with aics-tlog and aics-witness. Runs in their environment, not in ours.

Usage: ``log FOLDER KEY [COSIGNER]`` verifies the note and every tile; ``proof FILE KEY LEAF`` verifies a proof;
``feed FOLDER URL COSIGNER`` gets a cosignature. Each prints what it verified.
"""

import sys
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from pathlib import Path

import aics_tlog
from aics_witness.feeder import WitnessClient


def check_log(folder: str, key: str, *cosigner: str) -> str:
    note = aics_tlog.parse_note(Path(folder, "checkpoint").read_bytes())
    keys = [aics_tlog.parse_vkey(each) for each in cosigner]
    result = aics_tlog.verify_checkpoint(note, aics_tlog.parse_vkey(key), keys, len(keys))
    if not result.ok:
        raise SystemExit(f"checkpoint: {result.error}")
    head = aics_tlog.parse_checkpoint(note.text)
    report = aics_tlog.audit_tiles(aics_tlog.FileSystemTileReader(folder), head.size, head.root)
    return f"{head.origin} {report.size} {report.tiles} {report.bundles}"


def check_proof(file: str, key: str, leaf: str) -> str:
    head, _, signed = Path(file).read_bytes().partition(b"\n\n")
    _, _, index, *hashes = head.decode().split("\n")
    note = aics_tlog.parse_note(signed)
    if not aics_tlog.verify_checkpoint(note, aics_tlog.parse_vkey(key)).ok:
        raise SystemExit("checkpoint")
    tree = aics_tlog.parse_checkpoint(note.text)
    proof = [b64decode(each) for each in hashes]
    at = int(index.removeprefix("index "))
    if not aics_tlog.verify_leaf_inclusion(leaf.encode(), at, tree.size, proof, tree.root):
        raise SystemExit("inclusion")
    return f"{at} {tree.size}"


def feed(folder: str, url: str, cosigner: str) -> str:
    note = Path(folder, "checkpoint").read_bytes()
    reader = aics_tlog.FileSystemTileReader(folder)
    client = WitnessClient(url, cosigner, max_age_seconds=None)
    return str(client.submit(note, partial(aics_tlog.consistency_proof_from_tiles, reader)))


CHECKS: dict[str, Callable[..., str]] = {"log": check_log, "proof": check_proof, "feed": feed}

if __name__ == "__main__":
    print(CHECKS[sys.argv[1]](*sys.argv[2:]))
