"""Tables as CSV that a spreadsheet takes for text and numbers, never for formulas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def text_of(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as lines of CSV.

    An apostrophe goes before text that a spreadsheet would compute, as a file's name may make it
    do anything there; numbers stay as they are.
    """
    text = io.StringIO(newline="")
    for row in rows:
        cells = [_quoted(cell) for cell in row]
        returns = any("\r" in str(cell) for cell in cells)  # csv would not quote them
        quoting = csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL
        csv.writer(text, lineterminator="\n", quoting=quoting).writerow(cells)
    return text.getvalue()


def unquoted(cell: str) -> str:
    """Return the text that `text_of` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _quoted(cell: object) -> object:
    if not isinstance(cell, str) or not _FORMULA.match(cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
