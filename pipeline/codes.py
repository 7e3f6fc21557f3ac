"""The meaning of every finding code, gathered from where each is measured."""

from collections.abc import Mapping

from pipeline import quality, read, repair

CODES: Mapping[str, str] = {**read.CODES, **repair.CODES, **quality.CODES}
