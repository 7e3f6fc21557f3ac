"""The meaning of every finding code, gathered from where each is measured."""

from collections.abc import Mapping

from pipeline.language import counterparts
from pipeline.reading import read, repair
from pipeline.translation import quality

FAILED = "E201"
RUN: Mapping[str, str] = {FAILED: "a stage failed on it and went on without it; the next run tries again"}

CODES: Mapping[str, str] = {**RUN, **read.CODES, **repair.CODES, **quality.CODES, **counterparts.CODES}
