"""What TMX and XLIFF share: text that XML can hold, elements, and markup that was kept as text."""

import re
from collections.abc import Mapping

from lxml import etree

XML = "http://www.w3.org/XML/1998/namespace"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    r"""``text`` with U+FFFD for each character that XML cannot hold, escaped or not.

    >>> clean("a\x00b")
    'a\ufffdb'
    """
    return _FORBIDDEN.sub("\ufffd", text)


def element(tag: str, attributes: Mapping[str, str], text: str | None = None) -> etree._Element:
    """An element with its text; ``xml:`` names are understood."""
    node = etree.Element(tag)
    for name, value in attributes.items():
        node.set(f"{{{XML}}}{name[4:]}" if name.startswith("xml:") else name, clean(value))
    node.text = clean(text) if text else None
    return node


def written(node: etree._Element) -> str:
    """An element as text, without what follows it."""
    text: str = etree.tostring(node, encoding="unicode", with_tail=False)
    return text


def restored(tag: str, inner: str) -> etree._Element:
    """An element from the markup that stood in it. It was well-formed when it was read; entities are not resolved."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(f"<{tag}>{inner}</{tag}>", parser)
