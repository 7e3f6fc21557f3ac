"""The meaning of every finding code, gathered from where each is measured."""

from collections.abc import Mapping

from pipeline.reading import read, repair
from pipeline.translation import quality

CODES: Mapping[str, str] = {**read.CODES, **repair.CODES, **quality.CODES}
