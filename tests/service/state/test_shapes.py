"""What is stored, sent between tiers or kept in files has the members, defaults and form that are listed.

Another default, or one that is written out, changes what older records mean, or what older programs read.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

import keys.keyset_file
import masking_audit.archive.archive
import masking_audit.archive.index
import masking_audit.archive.segments
import masking_audit.format.commits
import masking_audit.format.entries
import masking_audit.format.lines
import masking_audit.packs.manifest
import masking_audit.tiles.log
import masking_audit.tiles.proofs
import masking_audit.verify.verifier
import masking_service.audit.questions
import masking_service.rotation.keyset_watch
import masking_service.rotation.leaver
import masking_service.rotation.reseal
import masking_service.rotation.shred
import masking_service.service.acts.signatures
import masking_service.service.acts.state
import masking_service.service.cases.case_check
import masking_service.service.cases.state
import masking_service.service.decoys.state
import masking_service.service.devices.state
import masking_service.service.directory.state
import masking_service.service.disclosures.state
import masking_service.service.freezes.state
import masking_service.service.holds.state
import masking_service.service.incidents.state
import masking_service.service.lookout.state
import masking_service.service.phone_calls.https
import masking_service.service.phone_calls.provider
import masking_service.service.phone_calls.state
import masking_service.service.search.index_work
import masking_service.service.tiers.forwarding
import masking_service.service.tiers.published
import masking_service.service.vault.records
import masking_service.service.vault.wrapped_keys

LISTED = Path(__file__).with_name("shapes.txt")
MODULES = (
    keys.keyset_file,
    masking_audit.archive.archive,
    masking_audit.archive.index,
    masking_audit.archive.segments,
    masking_audit.format.commits,
    masking_audit.format.entries,
    masking_audit.format.lines,
    masking_audit.packs.manifest,
    masking_audit.tiles.log,
    masking_audit.tiles.proofs,
    masking_audit.verify.verifier,
    masking_service.audit.questions,
    masking_service.rotation.leaver,
    masking_service.rotation.keyset_watch,
    masking_service.rotation.reseal,
    masking_service.rotation.shred,
    masking_service.service.acts.signatures,
    masking_service.service.acts.state,
    masking_service.service.cases.case_check,
    masking_service.service.cases.state,
    masking_service.service.decoys.state,
    masking_service.service.devices.state,
    masking_service.service.directory.state,
    masking_service.service.disclosures.state,
    masking_service.service.freezes.state,
    masking_service.service.holds.state,
    masking_service.service.incidents.state,
    masking_service.service.lookout.state,
    masking_service.service.phone_calls.state,
    masking_service.service.phone_calls.https,
    masking_service.service.phone_calls.provider,
    masking_service.service.search.index_work,
    masking_service.service.tiers.forwarding,
    masking_service.service.tiers.published,
    masking_service.service.vault.records,
    masking_service.service.vault.wrapped_keys,
)
USUAL = {"omit_defaults": False, "forbid_unknown_fields": False, "array_like": False, "tag": None}


def shapes() -> Iterator[str]:
    """A line for each shape of the modules."""
    for module in MODULES:
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, msgspec.Struct) and one.__module__ == module.__name__:
                yield f"{module.__name__.removeprefix('masking_service.')} {one.__name__}: {' '.join(parts(one))}"


def parts(shape: type[msgspec.Struct]) -> Iterator[str]:
    """Its form where it is not the usual one, and its members with their defaults."""
    for name, usual in USUAL.items():
        if (told := getattr(shape.__struct_config__, name)) != usual:
            yield f"({name})" if told is True else f"({name} {told})"
    for member in msgspec.structs.fields(shape):
        made = member.default_factory
        default = member.default if made is msgspec.NODEFAULT else made()
        shown = bytes(default) if isinstance(default, msgspec.Raw) else default
        yield member.encode_name + ("" if member.required else f"={shown!r}".replace(" ", ""))


def test_each_shape_is_as_listed() -> None:
    """A line is changed with its shape, and then an older record is read in a test."""
    assert [*shapes()] == LISTED.read_text("utf-8").splitlines()
