"""XML from strangers, element by element: in flat memory, without entities, without the network or any other file."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from xml.parsers import expat

from lxml import etree

from pipeline.errors import InputError
from pipeline.export.markup import XML
from pipeline.imports.units import DAMAGED

CHUNK = 65_536  # bytes read at once
PROLOG = 1_000_000  # bytes before the first element
UNIT = 16_000_000  # bytes from the end of one unit to the end of the next
# Elements around text that is to be read, codes that stand where something else may stand; all others are dropped.
AROUND = frozenset({"hi", "g", "pc", "mrk"})
ALONE = frozenset({"ph", "it", "ut", "x"})


REFERENCE = 12  # bytes of the longest reference to a character
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"
    rb"|&#x0*(?:[0-8bcBC]|[eEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]|[dD][89a-fA-F][0-9a-fA-F]{2});"
    rb"|&#0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45]);"
)
_MARK = f"&#x{ord(DAMAGED):x};".encode()


class _RootSeen(Exception):
    """The first element has been reached."""


def elements(path: Path, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """Each element with one of ``tags`` when it is complete; it is emptied when the next one is asked for.

    Raises InputError for XML that is not well-formed, declares entities, nests without end or has endless units.
    """
    _refuse_entities(path)
    patterns = [f"{{*}}{tag}" for tag in tags]
    parser = etree.XMLPullParser(
        ("end",),
        tag=patterns,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    since = 0
    with path.open("rb") as file:
        try:
            for chunk in _sound(iter(lambda: file.read(CHUNK), b"")):
                parser.feed(chunk)
                since += len(chunk)
                for _, element in parser.read_events():
                    since = 0
                    yield element
                    _forget(element)
                if since > UNIT:
                    raise InputError("E102", f"{path}: one unit has more than {UNIT:,} bytes. Is the file damaged?")
            parser.close()
        except etree.XMLSyntaxError as error:
            raise InputError("E110", f"{path}: not sound XML ({_reason(error)}). Mend or replace the file.") from error
        for _, element in parser.read_events():
            yield element


def _sound(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes of a file with DAMAGED in the place of characters that XML forbids: only their unit is lost.

    Files in UTF-16 are left as they are.
    """
    before, wide = b"", None
    for chunk in chunks:
        wide = chunk.startswith((b"\xff\xfe", b"\xfe\xff")) if wide is None else wide
        if wide:
            yield chunk
            continue
        whole = before + chunk
        cut = whole.rfind(b"&", max(0, len(whole) - REFERENCE))
        cut = len(whole) if cut < 0 or b";" in whole[cut:] else cut
        before = whole[cut:]
        yield _FORBIDDEN.sub(_MARK, whole[:cut])
    if before:
        yield _FORBIDDEN.sub(_MARK, before)


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; nothing for what is no element."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def attributes(element: etree._Element) -> dict[str, str]:
    """Names and values; those of XML itself begin with ``xml:``."""
    return {str(name).replace(f"{{{XML}}}", "xml:"): str(value) for name, value in element.attrib.items()}


def flat(element: etree._Element) -> str:
    """The text to be read: without the codes of inline elements, but with the text that they stand around.

    Where a placeholder stood between two words, a space keeps them apart.
    """
    pieces: list[str] = []
    _flatten(element, pieces)
    return "".join(pieces)


def inner(element: etree._Element) -> str | None:
    """What stands in an element, as markup without namespaces; None where that is text alone."""
    if not len(element):
        return None
    plain = bare(element)
    return escape(plain.text or "", quote=False) + "".join(etree.tostring(child, encoding="unicode") for child in plain)


def bare(element: etree._Element) -> etree._Element:
    """The same element, made anew outside of any namespace; only attributes keep theirs."""
    copy = etree.Element(local(element), dict(element.attrib))
    copy.text, copy.tail = element.text, element.tail
    copy.extend(bare(child) for child in element if isinstance(child.tag, str))
    return copy


def has_entity(element: etree._Element) -> bool:
    """Whether it names an entity that nothing declares, so that its text cannot be known."""
    return next(element.iter(etree.Entity), None) is not None


def _flatten(element: etree._Element, pieces: list[str]) -> None:
    _add(pieces, element.text or "", apart=False)
    for child in element:
        name = local(child)
        if name in AROUND:
            _flatten(child, pieces)
        elif name == "cp":
            _add(pieces, _character(child.get("hex", "")), apart=False)
        _add(pieces, child.tail or "", apart=name in ALONE)


def _add(pieces: list[str], text: str, apart: bool) -> None:
    if apart and text and pieces and pieces[-1][-1].isalnum() and text[0].isalnum():
        pieces.append(" ")
    if text:
        pieces.append(text)


def _character(code: str) -> str:
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return "\ufffd"


def _forget(element: etree._Element) -> None:
    """Empty an element, and drop what stands before it and before the elements that it is in."""
    element.clear()
    for one in (element, *element.iterancestors()):
        while (before := one.getprevious()) is not None:
            parent = one.getparent()
            if parent is None:
                break
            parent.remove(before)


def _refuse_entities(path: Path) -> None:
    """Read as far as the first element: a document type may name a DTD, which is not read, but declare no entity."""

    def declared(name: str, *_: object) -> None:
        raise InputError("E110", f"{path}: it declares the entity {name!r}, which is not safe to read. Remove its DTD.")

    def begun(*_: object) -> None:
        raise _RootSeen

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        with path.open("rb") as file:
            for _ in range(PROLOG // CHUNK):
                parser.Parse(chunk := file.read(CHUNK), not chunk)
    except _RootSeen:
        return
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InputError("E110", f"{path}: not sound XML ({error}). Mend or replace the file.") from error
    raise InputError("E110", f"{path}: no element in its first {PROLOG:,} bytes. Is it XML?")


def _reason(error: etree.XMLSyntaxError) -> str:
    return str(error.msg).replace(" use XML_PARSE_HUGE option", "").removesuffix(f" ({error.filename})")
