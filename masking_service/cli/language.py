"""Says texts in the language of the terminal."""

from masking_service.texts import Text, language_of_terminal


def say(text: Text, **values: object) -> str:
    """A text in the language of the terminal, with these values in it."""
    return text.filled(**values).in_language(language_of_terminal())
