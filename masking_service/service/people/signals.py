"""The signals of the lookout, which a policy can name, and what each says of a person."""

from typing import Final

from masking_service.texts import Text

SIGNALS: Final = {
    "unverified": Text("worked on {total} cases, of which no ticket system verified {observed}; expected {expected}"),
    "unfollowed": Text("of {total} cases, {observed} show no later scan, call or closing; expected {expected}"),
    "pair": Text("opened {observed} of {total} cases that {other} opened; expected {expected}"),
    "pair-opener": Text("{other} opened {observed} of this person's {total} cases; expected {expected}"),
    "approving-pair": Text("approved {observed} of {total} decided cases that {other} opened; expected {expected}"),
    "approving-pair-opener": Text(
        "{other} approved {observed} of this person's {total} decided cases; expected {expected}"
    ),
    "fields-per-waybill": Text(
        "opened {observed} fields for each waybill of a case; the median of the role is {expected}"
    ),
    "pace": Text("opened about {observed} fields a day of late; expected {expected} from earlier days"),
    "unmoved": Text("of {total} parcels viewed in full, {observed} never moved afterwards; expected {expected}"),
    "sites": Text("saw parcels of {observed} sites; the median of the role is {expected}"),
    "odd-hours": Text(
        "did {observed} of {total} actions of a week in hours that are unusual for this person; expected {expected}"
    ),
    "new-device": Text("new devices in the last seven days: {observed}, not used on any of {total} earlier days"),
    "new-network": Text("new networks in the last seven days: {observed}, not used on any of {total} earlier days"),
    "quick-approvals": Text(
        "approved {observed} of {total} cases within five seconds of the previous one; expected {expected}"
    ),
}
