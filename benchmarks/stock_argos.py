"""argostranslate's own ``translate`` with one package, given single sentences: for comparison.

Its sentence splitters want a download, and two of the libraries that it imports for them are not installed here. In
their place stand two modules that leave a text whole; all else is argostranslate as it comes.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from unittest.mock import patch

FOLDERS = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "ARGOS_PACKAGES_DIR")


class Whole:
    """In place of a sentence splitter."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def sentences(self, text: str) -> list[str]:
        """The text itself, as its only sentence."""
        return [text]


@contextmanager
def stock(package: Path, source: str = "fr", target: str = "en") -> Iterator[Callable[[str], str]]:
    """argostranslate's function from a text to its translation, with ``package`` alone installed.

    To be used once in a process that has not imported argostranslate yet: it reads its settings then.
    """
    if "argostranslate" in sys.modules:
        raise RuntimeError("argostranslate is already loaded. Use a process of its own.")
    with TemporaryDirectory() as folder:
        changes = {name: str(Path(folder) / name) for name in FOLDERS}
        with patch.dict(os.environ, changes), patch.dict(sys.modules, _stand_ins()):
            import_module("argostranslate.package").install_from_path(package)
            translation = import_module("argostranslate.translate").get_translation_from_codes(source, target)
            yield translation.translate


def _stand_ins() -> dict[str, ModuleType]:
    stanza, minisbd, models = ModuleType("stanza"), ModuleType("minisbd"), ModuleType("minisbd.models")
    models.__dict__["list_models"] = lambda: ["fr", "en"]
    minisbd.__dict__.update(SBDetect=Whole, models=models)
    return {"stanza": stanza, "minisbd": minisbd, "minisbd.models": models}
