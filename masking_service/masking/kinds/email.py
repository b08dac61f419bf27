"""Masks e-mail addresses as in a text: a star for each character, while ``@``, dots and hyphens stay.

A value that is no address is masked in the same way: no letter and no digit of it shows.
"""

import re
from typing import Final

from masking_service.masking.kinds.kind import Kind
from masking_service.masking.stars import STAR, graphemes
from masking_service.texts import Text

_KEPT: Final = "@.-"
_USUAL: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}").fullmatch
_HIDDEN: Final = re.compile(r"[A-Za-z0-9_+]")
_MASK: Final = re.compile(r"[*@.-]*\*[*@.-]*").fullmatch


def mask_email(value: str) -> str:
    """Mask an e-mail address; masking it again changes nothing."""
    if not value or value.isspace():
        return value
    return "".join([char if char in _KEPT else STAR for char in graphemes(value)]) or STAR


def mask_usual_email(value: str) -> str | None:
    """Return the mask of an address in ASCII; None for every other value."""
    return _HIDDEN.sub(STAR, value) if _USUAL(value) else None


def _is_mask(value: str) -> bool:
    return _MASK(value) is not None


KIND: Final = Kind(
    name="email",
    hide=("letters", "all", "nothing"),
    example="jane.roe@example.com",
    title=Text("e-mail address"),
    token=True,
    of_a_side=True,
    words={
        "email": "easypost to_address.email",
        "emails": "emails",
        "e mail": "e-mail",
        "mail": "mail",
        "mail box": "J&T sender.mailBox",
        "email address": "email_address",
        "mail address": "mail_address",
        "email addr": "emailAddr",
        "correo": "Spanish forms",
        "correo electronico": "Spanish forms",
        "courriel": "French forms",
        "이메일": "Korean forms",
        "メールアドレス": "Japanese forms",
        "youxiang": "pinyin of 邮箱",
        "邮箱": "邮箱",
        "电子邮箱": "电子邮箱",
        "电子邮件": "电子邮件",
        "邮箱地址": "邮箱地址",
        "郵箱": "traditional of 邮箱",
        "電子郵件": "traditional of 电子邮件",
    },
    mask=mask_email,
    usual=mask_usual_email,
    is_mask=_is_mask,
)
