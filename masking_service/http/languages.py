"""Chooses the language of an answer."""

from werkzeug.datastructures import LanguageAccept

from masking_service.texts import LANGUAGES, Language


def preferred_language(accept: LanguageAccept) -> Language:
    """Choose the language for an Accept-Language header: English unless Chinese is preferred."""
    qualities: dict[str, float] = {}
    for value, quality in accept:
        primary = value.partition("-")[0].lower()
        qualities[primary] = max(quality, qualities.get(primary, 0.0))
    rest = qualities.get("*", 0.0)
    known = [language for language, quality in qualities.items() if quality and language in LANGUAGES]
    order = dict.fromkeys([*known, *LANGUAGES])  # of two equals the one that is named first
    best: Language = max(order, key=lambda language: qualities.get(language, rest))
    return best if accept else LANGUAGES[0]
