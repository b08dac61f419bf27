"""Returns what is beside a place of a text."""


def text_before(text: str, at: int, length: int) -> str:
    """Return the `length` characters before a place, or all of them if there are fewer."""
    return text[max(0, at - length) : at]
