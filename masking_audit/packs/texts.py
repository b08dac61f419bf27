"""The words of the documents."""

from typing import Final

from masking_service.texts import Text

TEXTS: Final = {
    # Titles
    "incident": Text("Incident"),
    "sharing": Text("Sharing ledger"),
    "report": Text("Report for the compliance audit"),
    # Paragraphs
    "about": Text("About: {principal}. Period: {begin} to {end} (the end is not included; all times are UTC)."),
    "period": Text("Period: {begin} to {end} (the end is not included; all times are UTC)."),
    "source": Text(
        "Made at {made} from the audit log up to checkpoint {checkpoint}: {entries} entries, {faults} faults. "
        "Tenant: {tenant} (keyed hash)."
    ),
    "totals": Text(
        "Fields opened: {fields}, of {waybills} waybills under {cases} cases. Full views: {views}. Refused "
        "calls: {refusals}."
    ),
    "hashes": Text(
        "The log contains no waybill number: waybills are keyed hashes, the same in every entry of the tenant. "
        "The holder of the keyset matches numbers to hashes with `audit incident … --waybills FILE`; matched "
        "numbers are in the column Number. The log contains no name, phone or address either: what a field "
        "contained is in the service's store only."
    ),
    "proof": Text(
        "Verify this folder with the public key alone: `audit verify FOLDER --public-key audit-public.pem`. "
        "`evidence.ndjson` has the signed entries behind every row. That no entry was left out is proved by the "
        "whole log (`audit export`)."
    ),
    "proof-report": Text(
        "Verify this folder with the public key alone: `audit verify FOLDER --public-key audit-public.pem`. The "
        "sums can be recomputed from the whole log (`audit export`)."
    ),
    "unexplained-means": Text(
        "Unexplained: three days after the opening, the log shows no scan, call or erasure of the parcel, and no "
        "other person closed the case. Openings of the last three days are not counted."
    ),
    "retention": Text("Records are kept for {days} days under the policy in force."),
    "shredded": Text("The data keys of all days before {day} are destroyed: no backup opens records of those days."),
    "persons-means": Text(
        "Persons are distinct phones of the recipients or senders whose values are concerned, normalised; two "
        "waybills with one phone are one person. They were counted in memory, and no number was written. "
        "*Without a phone*: sides of waybills without a readable phone, each at most one more person. *No longer "
        "stored*: waybills that were erased, shredded or have expired, or whose intake host is revoked, so that "
        "their persons are not counted. No row: not counted."
    ),
    "reach-means": Text(
        "*Could do* lists each policy that decided in the period, by its digest; `?` where the policy file was "
        "not given (`--policies`). The greatest numbers are what the strictest window of one person's budget "
        "leaves in the period. *Can still do* is the policy in force."
    ),
    "means-data-key": Text(
        "A data key of {day} leaked. It opens the records, and the search entries, that it sealed, to someone "
        "who also has the store or a backup of it, also after it was shredded here. It opens nothing of another "
        "day, tenant or hold, and no token. After `keys reseal` it opens nothing in the store any more, but still "
        "what is in earlier copies of it."
    ),
    "means-keyset": Text(
        "The keyset leaked, or a host that holds it. With the store or any backup it opens every day in the list "
        "that is not shredded, of every tenant, and with it tokens, entries and state can be made that look "
        "genuine. Alone it opens nothing. Rotate every key (docs/keys.md)."
    ),
    "means-backup": Text(
        "A backup of the store of {day} leaked. Alone it opens nothing: all values are sealed. With the keyset "
        "of that day, or a later one that still has its root keys, it opens the days in the list that are not "
        "shredded."
    ),
    "means-host": Text(
        "The intake host {host} was in other hands from {begin} to {end} (the end is not included; all times are "
        "UTC). With the store it opens what it sealed in that time, and in the hour in which that began: the "
        "records in the list. It opens nothing that was sealed before, by another host, or by the opening tier. "
        "What passed through it in that time was seen in clear, stored or not."
    ),
    "opened-days-means": Text(
        "*Records* are revisions in the store that the key seals now; `?` where they were not counted. *Sealed "
        "again since* are those that were stored on that day and have another key now, because of a hold or `keys "
        "reseal`: in earlier copies of the store they may be under the leaked key. They are counted by their "
        "expiry and the retention under the policies that are known (`--policies`), and are the most that it can "
        "be. *Shredded*: the service has no key any more that opens them. *Sealed values* are all that the keys "
        "ever sealed, search entries too."
    ),
    "sold-list": Text(
        "The list has {lines} lines, of which {ours} are ours ({waybills} waybills). {people} people saw any "
        "waybill from {begin} to {end} (the end is not included; all times are UTC). Those who saw some of the "
        "list follow."
    ),
    "unread-lines": Text(
        "{unread} of the lines are neither a waybill number nor a phone, and were not searched for: write one number "
        "on each line."
    ),
    "ranking-means": Text(
        "*By chance* is how many listed waybills a person would have seen if the list were drawn at random from "
        "all waybills that were seen; *probability* is that of seeing as many or more; *people as high* is how "
        "many people one would expect this high by chance. It is a place to begin asking, and no proof: people "
        "who rightly handled the same parcels rank high too (docs/leaks.md)."
    ),
    "sharing-means": Text(
        "What was given to whom: fields opened, waybills shown in full, and numbers bound for calls, by "
        "recipient, purpose and month; and to whom access was given, or from whom it was taken. Made from the "
        "audit log, which is kept for three years. Masked labels hold no personal data in clear, and are not "
        "listed."
    ),
    "none": Text("None."),
    # Tables
    "openings": Text("Fields opened"),
    "views": Text("Waybills viewed in full"),
    "cases": Text("Cases"),
    "refusals": Text("Refused calls"),
    "freezes": Text("Freezes"),
    "by-purpose": Text("Openings by purpose"),
    "by-role": Text("Openings by role"),
    "by-person": Text("Openings by person"),
    "views-by-role": Text("Full views by role"),
    "unexplained": Text("Unexplained openings by person"),
    "erasures": Text("Erasures"),
    "conflicts": Text("Printers whose budget for conflicts was used up"),
    "policies": Text("Policies that decided"),
    "persons": Text("Persons concerned"),
    "persons-before": Text("Persons whose records were sealed again since (possible victims)"),
    "persons-passed": Text("Persons whose parcels passed (possible victims)"),
    "could": Text("Could do in the period"),
    "can": Text("Can still do"),
    "now": Text("State now"),
    "passed": Text("Parcels that passed"),
    "opened-days": Text("Days whose records are opened"),
    "ranking": Text("Who saw most of the list"),
    "seen-by": Text("What the first of them saw of it"),
    "given": Text("Given"),
    "access": Text("Access given and taken"),
    # Headers
    "without-phone": Text("Without a phone"),
    "missing": Text("No longer stored"),
    "opens": Text("Opens"),
    "full": Text("Shows in full"),
    "may": Text("Permissions"),
    "most-fields": Text("Fields at most"),
    "most-views": Text("Full views at most"),
    "what": Text("What"),
    "value": Text("Value"),
    "site": Text("Site"),
    "courier": Text("Courier"),
    "day": Text("Day"),
    "tenant": Text("Tenant"),
    "keys": Text("Keys"),
    "values": Text("Sealed values"),
    "records": Text("Records"),
    "sealed-since": Text("Sealed again since"),
    "state": Text("State"),
    "rank": Text("Rank"),
    "listed": Text("Of the list"),
    "seen": Text("Saw in all"),
    "expected": Text("By chance"),
    "chance": Text("Probability"),
    "as-high": Text("People as high"),
    "first": Text("First"),
    "last": Text("Last"),
    "recipient": Text("Recipient"),
    "month": Text("Month"),
    "kinds": Text("Kinds"),
    "when": Text("When (UTC)"),
    "entry": Text("Entry"),
    "waybill": Text("Waybill (keyed hash)"),
    "number": Text("Number"),
    "kind": Text("Kind"),
    "field": Text("Field"),
    "case": Text("Case"),
    "purpose": Text("Purpose"),
    "approved-by": Text("Approved by"),
    "profile": Text("Profile"),
    "action": Text("Action"),
    "outcome": Text("Outcome"),
    "times": Text("Times"),
    "principal": Text("Principal"),
    "by": Text("By"),
    "why": Text("Reason"),
    "role": Text("Role"),
    "fields": Text("Fields"),
    "waybills": Text("Waybills"),
    "calls": Text("Calls"),
    "count": Text("Count"),
    "policy": Text("Policy (digest)"),
}
