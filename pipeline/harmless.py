"""Text of others that can do no harm: on a terminal, or in a cell of a spreadsheet."""

import re

# What a spreadsheet would take for a formula, or such a cell made harmless.
_FORMULA = re.compile(r"'*(?:[=+@]|-(?!\Z))")
# What steers a terminal, or turns the direction of what follows.
UNSAFE = {
    number: "\ufffd"
    for number in (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def printable(text: str) -> str:
    r"""``text`` with a sign for everything that would steer a terminal; tabs and line feeds stay.

    >>> printable("a\x1b]0;b\n")
    'a\ufffd]0;b\n'
    """
    return text.translate(UNSAFE)


def defuse(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that would be, or that begins as such a cell, gets a quote.

    A lone hyphen is none.

    >>> defuse("=1+1"), defuse("'=1+1"), defuse("1=1")
    ("'=1+1", "''=1+1", '1=1')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """What ``defuse`` was given.

    >>> restore("'=1+1"), restore("''=1+1"), restore("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
