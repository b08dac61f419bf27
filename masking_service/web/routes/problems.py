"""Explains each problem code in English and Chinese, as a page or as JSON."""

from html import escape
from typing import Final

from flask import Blueprint, Response, request

from masking_service.web.docs import page_answer
from masking_service.web.http import JSON, answer
from masking_service.web.problem_texts import PROBLEMS
from masking_service.web.problems import Problem
from masking_service.web.schemas.answers import ProblemExplanation, TextInLanguages
from masking_service.web.texts import LANGUAGES, Language, ProblemText

HTML: Final = "text/html"
_TAGS: Final[dict[Language, str]] = {"en": "en", "zh": "zh-CN"}
_HEADINGS: Final[dict[Language, tuple[str, str]]] = {
    "en": ("What happened", "What to do"),
    "zh": ("发生了什么", "如何处理"),
}


def problems() -> Blueprint:
    """The routes of the explanations."""
    routes = Blueprint("problems", __name__, url_prefix="/problems")

    @routes.get("/<code>")
    def explain(code: str) -> Response:
        text = PROBLEMS.get(code)
        if text is None:
            raise Problem("not-found")
        if request.accept_mimetypes.best_match((JSON, HTML)) == HTML:
            return page_answer(_page(code, text))
        return answer(_explanation(code, text))

    return routes


def _explanation(code: str, text: ProblemText) -> ProblemExplanation:
    title, detail, remedy = (TextInLanguages(*each) for each in (text.title, text.detail, text.remedy))
    return ProblemExplanation(code=code, status=text.status, title=title, detail=detail, remedy=remedy)


def _page(code: str, text: ProblemText) -> bytes:
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
<p><code>{code}</code> · HTTP {text.status}</p>
{sections}
</body>
</html>
""".encode()


def _section(text: ProblemText, language: Language) -> str:
    happened, remedy = _HEADINGS[language]
    return f"""<section lang="{_TAGS[language]}">
<h1>{escape(text.title.in_language(language))}</h1>
<h2>{happened}</h2>
<p>{escape(text.detail.in_language(language))}</p>
<h2>{remedy}</h2>
<p>{escape(text.remedy.in_language(language))}</p>
</section>"""
