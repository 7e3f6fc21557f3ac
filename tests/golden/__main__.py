"""Writes the golden files anew: ``python -m tests.golden [NAME ...]``."""

import sys

from tests.golden import cases, write


def main() -> int:
    """Write all cases, or those that are named."""
    makers = cases()
    names = sys.argv[1:] or list(makers)
    if unknown := sorted(set(names) - makers.keys()):
        print(f"{', '.join(unknown)}: no such case. Known: {', '.join(makers)}.", file=sys.stderr)
        return 2
    for name in names:
        write(name, makers[name]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
