"""The typed requests of version 1.

What does not fit is refused before a use case sees it.

A record is any JSON value here, so that one bad record fails alone; so is an
item. The OpenAPI document takes its request schemas from these shapes, and from
the policy what the policy decides (`openapi.py`). How long an array may be is
only described here: the routes refuse longer ones, with a code of their own.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

MAX_RECORDS = 1_000
MAX_ITEMS = 50

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Profile = Annotated[
    Name, Meta(description="The profile, which decides what is shown. The caller's only profile by default.")
]
# `$` alone lets a line feed pass behind the last character.
Site = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)", description="The code of a site.")]
CaseName = Annotated[
    str,
    Meta(
        description="1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first. Never used twice.",
        extra_json_schema={"pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)"},
    ),
]
PRINCIPAL_PATTERN = (
    "^(client/[a-z0-9][a-z0-9._-]{0,63}|(?!client/)[a-z0-9][a-z0-9-]{0,63}/"
    r"[!-~À-ɏ一-鿯]([ -~À-ɏ一-鿯]{0,126}[!-~À-ɏ一-鿯])?)$(?!\n)"
)
Officer = Annotated[
    str,
    Meta(
        description=(
            "The only principal who may open values under the case: client/ID, or ALIAS/SUB of an issuer. "
            "SUB may hold any printable characters in Unicode's composed form; the pattern names the usual ones."
        ),
        extra_json_schema={"pattern": PRINCIPAL_PATTERN},
    ),
]
Records = Annotated[
    list[Any],
    Meta(
        description=f"At most {MAX_RECORDS}. Each is an object as the schema describes it. Anything else is an item "
        "error, and so is a record with a list, an object, a fraction or a boolean in the place of a value.",
        extra_json_schema={"maxItems": MAX_RECORDS},
    ),
]
Purpose = Annotated[
    Name, Meta(description="Why values are opened. It decides which kinds can be opened, and whether a case is needed.")
]
Seconds = Annotated[int | float, Meta(description="Whole seconds. By default the longest time that the policy allows.")]
RecordSchema = Annotated[Name, Meta(description="Names the schema of the records: it says where the values are.")]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request.

    Unknown members are refused: a misspelt one would silently do nothing.
    """


class MaskRequest(Shape, frozen=True):
    """Records to mask."""

    records: Records
    schema: RecordSchema = "standard"
    profile: Profile | None = None


class CustodyAtStart(Shape, frozen=True):
    """Who holds the parcels now.

    Takes effect only where a waybill has no custody yet.
    """

    site: Site


class TokenizeRequest(Shape, frozen=True):
    """Records to mask and store."""

    records: Records
    schema: RecordSchema = "standard"
    profile: Profile | None = None
    replace: Annotated[
        Literal["mask", "token"], Meta(description="What replaces each value in the answered record.")
    ] = "mask"
    on_conflict: Annotated[
        Literal["reject", "revise"],
        Meta(description="Other values for a known number are an item error, or a new revision (waybill:revise)."),
    ] = "reject"
    custody: CustodyAtStart | None = None
    if_unavailable: Annotated[
        Literal["fail", "mask"],
        Meta(description="While nothing can be stored, the call fails with 503, or answers masks without tokens."),
    ] = "fail"


class ViewRequest(Shape, frozen=True):
    """Waybills to view."""

    waybills: Annotated[
        list[Any],
        Meta(
            description=f"At most {MAX_ITEMS} waybill numbers. Any other value is the item error not-found.",
            extra_json_schema={"maxItems": MAX_ITEMS},
        ),
    ]
    profile: Profile | None = None
    case: (
        Annotated[
            str,
            Meta(
                description="The case on whose page the waybills are shown. The answer is the same without it. A decoy "
                "that this case lists raises an alert instead of freezing the person."
            ),
        ]
        | None
    ) = None


class DetokenizeRequest(Shape, frozen=True):
    """Fields to open."""

    items: Annotated[
        list[Any],
        Meta(
            description=f"At most {MAX_ITEMS}. Each is an object with a token, or with a waybill_no and a field "
            "(a JSON Pointer inside the record). An item with a waybill_no needs an open case that names the waybill.",
            extra_json_schema={"maxItems": MAX_ITEMS},
        ),
    ]
    purpose: (
        Annotated[  # an empty one is none, which is another refusal than a wrong shape
            str,
            Meta(
                max_length=64,
                description="Why values are opened. It decides which kinds, and whether a case is needed.",
                extra_json_schema={"minLength": 1},
            ),
        ]
        | None
    ) = None
    case: Annotated[str, Meta(description="The open case under which the values are opened.")] | None = None


class CallRequest(Shape, frozen=True):
    """A person to call."""

    waybill_no: Annotated[
        str, Meta(description="6 to 40 of A-Z 0-9 -, after trimming and upper-casing. Any other is not found.")
    ]
    field: (
        Annotated[str, Meta(description="The JSON Pointer of a phone in the record. /recipient/phone, if not given.")]
        | None
    ) = None
    case: (
        Annotated[
            str, Meta(description="The open case under which is called. Not needed by callers who hold the parcel.")
        ]
        | None
    ) = None


class MoveRequest(Shape, frozen=True):
    """Parcels with a new holder."""

    items: Annotated[
        list[Any],
        Meta(
            description=f"At most {MAX_RECORDS}. Each is an object with a waybill_no, and who holds the parcel from "
            "now on: a site (its code), and a courier (a principal's id) once one took it out. Both are replaced "
            "together; what is absent or null has no holder. Of two items for one number the later one counts.",
            extra_json_schema={"maxItems": MAX_RECORDS},
        ),
    ]


class OpenCaseRequest(Shape, frozen=True):
    """A case to open."""

    case: CaseName
    purpose: Purpose
    waybills: Annotated[
        list[Any],
        Meta(description="Waybill numbers: 6 to 40 of A-Z 0-9 -, after trimming and upper-casing. Not looked up."),
    ]
    reason: Annotated[
        str,
        Meta(
            description="Not only blanks. Personal data in it is masked before it is kept.",
            extra_json_schema={"minLength": 1, "maxLength": 500, "pattern": r"\S"},
        ),
    ]
    officer: Officer | None = None
    expires_in: Seconds | None = None


class DecisionRequest(Shape, frozen=True):
    """Why a case is approved, denied or closed."""

    note: (
        Annotated[
            str,
            Meta(
                description="Personal data in it is masked before it is kept.",
                extra_json_schema={"maxLength": 500},
            ),
        ]
        | None
    ) = None


Decoys = Annotated[
    list[Any],
    Meta(
        description=f"1 to {MAX_RECORDS} waybill numbers: 6 to 40 of A-Z 0-9 -, after trimming and upper-casing. "
        "They are not looked up.",
        extra_json_schema={
            "minItems": 1,
            "maxItems": MAX_RECORDS,
            "items": {"type": "string", "pattern": r"^[A-Za-z0-9-]{6,40}$(?!\n)"},
        },
    ),
]


class DecoysRequest(Shape, frozen=True):
    """Decoys to remove."""

    waybills: Decoys


class PlantRequest(Shape, frozen=True):
    """Waybills to mark as decoys."""

    waybills: Decoys
    kind: Annotated[
        Literal["phantom", "seed"],
        Meta(
            description="phantom: no parcel has this number, and a person who names it is frozen. seed: a real parcel "
            "whose recipient's or sender's phone is on the policy's list of the company's own numbers."
        ),
    ]


class HeardRequest(Shape, frozen=True):
    """The phone of a seed that rang."""

    phone: Annotated[
        str,
        Meta(
            description="The whole number that was called, in any spelling. Any other than one of the policy's own "
            "numbers is a miss.",
            max_length=64,
            extra_json_schema={"pattern": r"^[0-9]{7,15}$(?!\n)"},
        ),
    ]


class FreezeRequest(msgspec.Struct, frozen=True):
    """Why a principal is frozen.

    Unknown members are ignored: a spelling mistake must not prevent a freeze.
    """

    why: (
        Annotated[
            str,
            Meta(description="The reason; `by hand` by default. Personal data is masked, and 500 characters are kept."),
        ]
        | None
    ) = None
