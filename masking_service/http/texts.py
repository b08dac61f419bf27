"""Texts in English and Chinese, and the shape of a problem's."""

from typing import Final, Literal, NamedTuple

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")


class Text(NamedTuple):
    """One text in each language."""

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en


class ProblemText(NamedTuple):
    """What is said of one problem code.

    Attributes:
        status: the HTTP status.
        title: a few words.
        detail: what happened.
        remedy: what the caller can do.
    """

    status: int
    title: Text
    detail: Text
    remedy: Text


class CodeText(NamedTuple):
    """What is said of a code inside an answer: `title`, `detail` and `remedy` as for a problem."""

    title: Text
    detail: Text
    remedy: Text


SEND_AGAIN: Final = Text(
    "Wait for the seconds in Retry-After and send the same request again. Repeating it is safe.",
    "按 Retry-After 给出的秒数等待后重发同一请求，重复发送是安全的。",
)
ASK_OPERATOR: Final = Text(
    "Tell the operator of the service the request id (X-Request-Id).",
    "请将请求编号（X-Request-Id）提供给服务运维人员。",
)
