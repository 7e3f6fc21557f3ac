"""Templates of pages, whoever writes or serves them: everything is escaped, and what is missing is an error."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

# What no reader can see, and halves of surrogate pairs, which no encoding can write.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def visible(value: Any) -> Any:
    r"""Text with U+FFFD for what no reader can see; anything else as it is.

    >>> visible("a\x00b")
    'a\ufffdb'
    """
    return _UNSEEN.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def csp_hash(text: str) -> str:
    """How a Content-Security-Policy names an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "autoescape": True,
        "finalize": visible,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
)
FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "csp_hash": csp_hash,
        "lang": lambda code: "" if code in (None, "und") else code,
        "number": "{:,}".format,
    }
)


def environment(*folders: Path) -> Environment:
    """The templates in ``folders``, with the filters that all pages share."""
    templates = Environment(loader=FileSystemLoader(folders), **OPTIONS)
    templates.filters.update(FILTERS)
    return templates
