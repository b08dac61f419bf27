"""Reads what an address or a form says. Nothing that a person can send raises here."""


def whole_number(text: str, least: int, most: int) -> int | None:
    """Return the number of a text in ASCII digits; None unless it is from `least` to `most`."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if least <= number <= most else None
