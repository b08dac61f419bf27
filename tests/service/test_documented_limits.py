"""The pages state the limits that hold: what a client, an approver or an operator meets."""

from masking_audit.lookout import signals
from masking_audit.lookout import use as listing
from masking_audit.lookout.use import REMEMBERED_SECONDS
from masking_service import computing
from masking_service.masking import effort
from masking_service.masking.records import leaks, recipients, walk
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.server import bounds
from masking_service.service.acts import state as acts
from masking_service.service.acts import tickets
from masking_service.service.call import shapes
from masking_service.service.cases import state as cases
from masking_service.service.decoys.state import MAX_DECOYS
from masking_service.service.devices import proofs
from masking_service.service.devices import state as devices
from masking_service.service.holds import held_records
from masking_service.service.holds.state import MAX_WAYBILLS
from masking_service.service.phone_calls import provider, reports
from masking_service.service.phone_calls import state as calls
from masking_service.service.search import state
from masking_service.service.search.use import MAX_RESULTS
from masking_service.service.tiers.published import LATE_SECONDS, MAX_AGE_SECONDS
from masking_service.service.tiers.publisher import FRESH_SECONDS
from masking_service.service.vault import records
from masking_service.service.waybills import mask, tokenize
from masking_service.shipped import ROOT
from masking_service.store import client, connection
from masking_service.store.layout import MAX_REVISIONS
from tests.every import every

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven")


def minutes(seconds: float) -> int:
    whole, rest = divmod(seconds, 60)
    assert not rest
    return int(whole)


CALLS = (
    f"| {provider.TIMEOUT_SECONDS:g} s and 64 KiB, {provider.AT_ONCE} at the same time in a worker; "
    f"after {connection.FAILURES_TO_OPEN} failures in a row"
)
RECORDS = (
    f"| {provider.MAX_RECORDS} in one message, signed within the last "
    f"{minutes(provider.TOLERANCE_SECONDS)} minutes; {calls.MAX_KEPT:,} for one waybill |"
)
LISTED = (
    f"A score below {listing.MIN_REASON:g} does not count, and no signal adds more than {listing.MAX_REASON:g}. "
    f"A person with a total of {listing.MIN_TOTAL:g} or more is listed."
)
LARGE = (
    f"- At most {bounds.LARGE_THREADS} requests may be large ({bounds.LARGE // 1024} KiB or more; "
    f"[{bounds.OTHERS_THREADS} more](#fair-shares)"
)


@every(
    ("page", "sentence"),
    [
        ("limits", f"{shapes.MAX_RECORDS:,} records (mask, tokenize), {shapes.MAX_ITEMS} items (view, detokenize)"),
        ("limits", CALLS),
        ("limits", RECORDS),
        ("limits", f"| cases that one list looks at | {cases.MAX_READ:,} |"),
        ("limits", f"| waybills that one search shows | {MAX_RESULTS} |"),
        ("screens", f"looks at {cases.MAX_READ:,} cases at most"),
        ("limits", f"search reads | {state.MAX_READ}, in parts of at most {state.SCAN * state.MAX_SCANS:,} |"),
        ("limits", f"| indexed phones of one record | {recipients.MAX_PHONES} |"),
        ("limits", f"| work of a batch | {effort.A_BATCH:,} units |"),
        ("limits", f"| work of a record | {effort.A_RECORD:,} units to mask, {effort.A_STORED_RECORD:,} to store |"),
        ("limits", f"arrays in a record, at all levels | {effort.MAX_VALUES:,} |"),
        ("limits", f"| members of one object whose masked names are alike | {leaks.MAX_ALIKE} |"),
        ("limits", f"| values to store | {records.MAX_FIELDS} in a record, {tokenize.MAX_STORED:,} in a batch |"),
        ("limits", f"| warnings of a record, errors of a record | {walk.MAX_LISTED} |"),
        ("limits", f"| pointer of a warning or error | {walk.MAX_POINTER} characters |"),
        ("limits", f"| warnings and errors in an answer | {mask.MAX_LISTED:,} characters |"),
        ("limits", f"- At most {bounds.STORE_THREADS} requests may use the store."),
        ("limits", f"| requests of a worker that use the store | {bounds.STORE_THREADS} |"),
        ("limits", LARGE),
        ("limits", f"computed for {computing.SLICE_SECONDS * 1_000:g} ms"),
        ("limits", f"after {computing.MAX_SECONDS} s"),
        ("search", f"- **More than {MAX_RESULTS}** waybills, or more than {state.MAX_READ} entries in the index: 422"),
        ("search", f"is gone at most {state.PERIOD_SECONDS // SECONDS_A_DAY} days after its record"),
        ("calls", f"if it rang for at least {calls.SHORTEST_RING} seconds"),
        ("calls", f"at most {WORDS[minutes(provider.TOLERANCE_SECONDS)]} minutes ago;"),
        ("calls", f"more than {WORDS[minutes(reports.CLOCK_SLACK)]} minutes before or after the life of"),
        ("clients", f"| the number has {MAX_REVISIONS} revisions |"),
        ("decoys", f"at most {shapes.MAX_ENTRIES:,} at once and {MAX_DECOYS:,} in all"),
        ("holds", f"proposes a hold of at most {MAX_WAYBILLS:,} waybills."),
        ("holds", f"as keyed hashes, in portions of {held_records.AT_ONCE};"),
        ("signatures", f"`expires_at`, {tickets.VALID_SECONDS} seconds later."),
        ("signatures", f"A person has at most {WORDS[acts.MAX_ACTIVE]} active keys."),
        ("signatures", f"At most {acts.MAX_REQUESTS_EACH} keys of a person wait, and {acts.MAX_REQUESTS:,} of"),
        ("signatures", f"is `pending`, for at most {WORDS[acts.REQUEST_SECONDS // SECONDS_A_DAY]} days."),
        ("signatures", f"Once a nonce is {WORDS[minutes(proofs.VALID_SECONDS / 2)]} minutes old"),
        ("signatures", f"at most {WORDS[devices.MAX_DEVICES]} active devices."),
        ("signatures", f"within {WORDS[devices.VALID_SECONDS // SECONDS_A_DAY]} days, and is a secret"),
        ("tiers", f"{FRESH_SECONDS} seconds; after {WORDS[minutes(LATE_SECONDS)]} minutes the host logs"),
        ("tiers", f"**After {'an hour' if MAX_AGE_SECONDS == 3_600 else '?'} it stores nothing more**"),
        ("redis", f"less than {'an hour' if client.MAX_CLOCK_SECONDS == 3_600 else '?'} apart (`doctor`"),
        ("lookout", f"in the last {WORDS[signals.VIEW_DAYS]} days that never moved afterwards"),
        ("lookout", f"actions of the last {WORDS[signals.RECENT // SECONDS_A_DAY]} days in hours"),
        ("lookout", f"approvals within {WORDS[signals.QUICK_SECONDS]} seconds of"),
        ("lookout", LISTED),
        ("lookout", f"of at least {signals.MIN_HISTORY} on {'ten' if signals.MIN_HISTORY_DAYS == 10 else '?'} days"),
        ("lookout", f"used on none of at least {WORDS[signals.KNOWN_DAYS]} earlier days"),
        ("lookout", f"again within {WORDS[REMEMBERED_SECONDS // SECONDS_A_DAY]} days only if the total rises by "),
        ("lookout", f"only if the total rises by {listing.MIN_RISE:g}."),
    ],
)
def test_a_page_states_a_limit_as_it_holds(page: str, sentence: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")

    assert sentence in " ".join(text.split())
