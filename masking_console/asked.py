"""Reads what an address or a form says. Nothing that a person can send raises here."""


def whole_number(text: str, least: int, most: int) -> int | None:
    """The number that a text says in ASCII digits, or None where it says none from `least` to `most`."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if least <= number <= most else None
