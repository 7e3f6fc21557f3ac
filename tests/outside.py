"""What ``scripts/outside.sh`` fetched: grammars that no Python package carries, and a Python with ``datasets``."""

import os
import subprocess
from pathlib import Path

from lxml import etree

PROJECT = Path(__file__).resolve().parent.parent
PLACE = Path(os.environ.get("ENREGARD_OUTSIDE", PROJECT / ".data" / "outside"))
TMX, XLIFF = PLACE / "tmx14.dtd", PLACE / "xliff-core-2.0.xsd"
DATASETS = PLACE / "datasets" / "bin" / "python"


def against_dtd(path: Path) -> list[str]:
    """What the DTD of TMX 1.4 says against a file."""
    with TMX.open("rb") as grammar:
        dtd = etree.DTD(grammar)
    dtd.validate(etree.parse(str(path)))
    return [str(one) for one in dtd.error_log]


def against_schema(path: Path) -> list[str]:
    """What the core schema of XLIFF 2 says against a file."""
    schema = etree.XMLSchema(etree.parse(str(XLIFF), etree.XMLParser(no_network=True)))
    schema.validate(etree.parse(str(path)))
    return [str(one) for one in schema.error_log]


def in_datasets(code: str, folder: Path, cache: Path) -> str:
    """What a piece of code prints that knows the ``datasets`` library; ``sys.argv[1]`` is the folder."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(cache), "HOME": str(cache)}
    done = subprocess.run(
        [DATASETS, "-c", code, folder], capture_output=True, text=True, env={**os.environ, **offline}, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
