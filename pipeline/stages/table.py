"""The stages that are made batch by batch, by name: a worker is told the name alone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pipeline.stages.batch import BatchStage
from pipeline.stages.links import LINK
from pipeline.stages.pairing import ALIGN, OUTLINE
from pipeline.stages.texts import DETECT, LAY_OUT, SEGMENT
from pipeline.stages.translating import CHECK, TRANSLATE

BATCH_STAGES: Mapping[str, BatchStage[Any, Any]] = MappingProxyType(
    {stage.name: stage for stage in (SEGMENT, DETECT, LAY_OUT, TRANSLATE, CHECK, OUTLINE, ALIGN, LINK)}
)
