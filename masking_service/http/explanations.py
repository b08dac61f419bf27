"""Explains each code of problems and items in English and Chinese, as a page or as JSON."""

from html import escape
from typing import Final

from msgspec import UNSET

from masking_service.http.answers import ProblemExplanation, TextInLanguages
from masking_service.http.code_texts import CODES
from masking_service.http.problem_texts import PROBLEMS
from masking_service.http.problems import Problem
from masking_service.service.rule_texts import ITEMS
from masking_service.texts import LANGUAGES, CodeText, Language, ProblemText, Text

HTML: Final = "text/html"
_TAGS: Final[dict[Language, str]] = {"en": "en", "zh": "zh-CN"}
_HEADINGS: Final[dict[Language, tuple[str, str]]] = {
    "en": ("What happened", "What to do"),
    "zh": ("发生了什么", "如何处理"),
}


def explanation(code: str) -> ProblemExplanation:
    """Return what a code means. Raises Problem: ``not-found``."""
    text = _text(code)
    title, detail, remedy = (_in_languages(each) for each in (text.title, text.detail, text.remedy))
    status = text.status if isinstance(text, ProblemText) else UNSET
    return ProblemExplanation(code=code, status=status, title=title, detail=detail, remedy=remedy)


def _in_languages(text: Text) -> TextInLanguages:
    return TextInLanguages(text.in_language("en"), text.in_language("zh"))


def _text(code: str) -> ProblemText | CodeText:
    text = _of_problem(code) or CODES.get(code)
    if text is None:
        raise Problem("not-found")
    return text


def _of_problem(code: str) -> ProblemText | None:
    """The text of a problem. Where items have the same code, it also says what that means for an item."""
    text, of_item = PROBLEMS.get(code), ITEMS.get(code)
    if text is None or of_item is None:
        return text
    both = Text("{detail} As the code of one item: {of_item}")
    return text._replace(detail=both.filled(detail=text.detail, of_item=of_item))


def explanation_page(code: str) -> bytes:
    """Return what a code means as an HTML page. Raises Problem: ``not-found``."""
    text = _text(code)
    status = f" · HTTP {text.status}" if isinstance(text, ProblemText) else ""
    sections = "\n".join(_section(text, language) for language in LANGUAGES)
    return f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>{code}</title>
  <link rel="icon" href="/docs/favicon-32x32.png">
  <link rel="stylesheet" href="/docs/problem.css">
</head>
<body>
<p><code>{code}</code>{status}</p>
{sections}
</body>
</html>
""".encode()


def _section(text: ProblemText | CodeText, language: Language) -> str:
    happened, remedy = _HEADINGS[language]
    return f"""<section lang="{_TAGS[language]}">
<h1>{escape(text.title.in_language(language))}</h1>
<h2>{happened}</h2>
<p>{escape(text.detail.in_language(language))}</p>
<h2>{remedy}</h2>
<p>{escape(text.remedy.in_language(language))}</p>
</section>"""
