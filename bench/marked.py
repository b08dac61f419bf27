"""Tables of a run in documents, each between two comments: `<!-- NAME:begin -->` and `<!-- NAME:end -->`."""

from collections.abc import Iterable


def put_between(document: str, name: str, text: str) -> str:
    """Return a document with a text between the comments of a name. Raises ValueError where it has none."""
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->\n"
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"there is no place for {name}")
    return f"{before}{begin}{text}\n{end}{after}"


def markdown_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    first, *rest = [f"| {' | '.join(row)} |" for row in (heads, *rows)]
    return "\n".join([first, "|" + "---|" * (first.count("|") - 1), *rest])
