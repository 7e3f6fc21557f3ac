"""What ``scripts/outside.sh`` fetched: grammars that no Python package carries, and other programs' readers."""

import os
import subprocess
from functools import cache
from pathlib import Path

from lxml import etree

PROJECT = Path(__file__).resolve().parent.parent
PLACE = Path(os.environ.get("ENREGARD_OUTSIDE", PROJECT / ".data" / "outside"))
TMX, XLIFF = PLACE / "tmx14.dtd", PLACE / "xliff-core-2.0.xsd"
READERS = PLACE / "readers" / "bin" / "python"  # datasets, the Translate Toolkit (under the GPL), OpusTools, DuckDB


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


def against_tei(path: Path) -> list[str]:
    """What the schema of TEI P5 (tei_all 4.3.0) says against a file."""
    schema = _tei()
    schema.validate(etree.parse(str(path)))
    return [str(one) for one in schema.error_log]


@cache
def _tei() -> etree.RelaxNG:
    (grammar,) = READERS.parent.parent.glob("lib/python*/site-packages/schemas/tei_all.rng")
    return etree.RelaxNG(etree.parse(str(grammar)))


def read_with(code: str, path: Path, cache: Path) -> str:
    """What a piece of code prints that knows the libraries of READERS; ``sys.argv[1]`` is ``path``."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(cache), "HOME": str(cache)}
    done = subprocess.run(
        [READERS, "-c", code, path], capture_output=True, text=True, env={**os.environ, **offline}, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
