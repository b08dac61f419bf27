"""Texts of the commands about the store and policies."""

from typing import Final

from masking_service.texts import Text

TOGETHER: Final = Text("All profiles together hide at least {hidden} of 11 digits of a phone.")
FITS: Final = Text("The common budget of role {role} fits {people} people on a peak day (`roles.{role}.people`).")
NO_NUMBER: Final = Text("number {line} of the file is not one whole phone number")
UNMAPPED: Final = Text(
    "Profiles that return unmapped members: {names}. For an integration that is finished, list what its schema keeps "
    "and set `unmapped: hide`."
)
SIGNED_OFF: Final = Text(
    "signatures: none. The holder of an issuer's signing key can act as every person of it: open values, approve "
    "cases, erase and unfreeze, within the budgets of each person (section `signed`)."
)
SIGNED_LEFT: Final = Text(
    "These acts need no signature, so the holder of an issuer's signing key can do them as any person: {acts}."
)
DEVICES: Final = Text("device proofs: people prove {calls} with devices of their own ({roles})")
DEVICES_LEFT: Final = Text(
    "These calls need no device proof, so the holder of an issuer's signing key can make them as any person of the "
    "named roles: {calls}. A view shows masks, and what the profile shows in full."
)
DEVICES_ALL: Final = Text("A stolen signing key of an issuer shows no waybill, makes no call and finds nothing.")
DEVICES_KEYS: Final = Text(
    "An API key with one of these roles makes such calls without a device proof: {roles}. Give such a key to no person."
)
DEVICES_UNSIGNED: Final = Text(
    "Devices are approved without a signature, so a stolen signing key of an issuer can approve one of its own: add "
    "device-approve to `signed.acts`."
)
NO_PASSWORD: Final = Text(
    "the store accepts connections without a password, for reading and for writing. "
    "Fix: ACL SETUSER default off resetpass, then ACL SAVE or CONFIG REWRITE, on every node"
)
NO_MAXMEMORY: Final = Text(
    "it has no maxmemory, so the kernel may end it when memory is short. "
    "Fix: CONFIG SET maxmemory, as docs/scaling.md plans it, then CONFIG REWRITE"
)
CLOCK_AHEAD: Final = Text(
    "this machine's is {seconds} s ahead of the store's. Fix: find which of the two is wrong, and set it; "
    "NTP keeps them together"
)
CLOCK_BEHIND: Final = Text(
    "this machine's is {seconds} s behind the store's. Fix: find which of the two is wrong, and set it; "
    "NTP keeps them together"
)
ARCHIVE_BEHIND: Final = Text(
    "the archive is {seconds} s behind. Fix: start the witness (`audit follow`), or see its log"
)
NOT_TRIMMED: Final = Text(
    "the store has more than a day of it, so nothing deletes what is archived. "
    "Fix: start the witness (`audit follow`), or see its log"
)
NO_TICKET_ANSWER: Final = Text(
    "no signed answer within {seconds} s{why}. Fix: check cases.check.url, and that both sides have the key"
)
NOT_REACHED: Final = Text("{url} does not answer from here{why}; apps that use it have to reach this service")
NOT_THIS_SERVICE: Final = Text(
    "{url} is not this service, so no proof that names it is made. Fix: correct devices.urls of the policy"
)
