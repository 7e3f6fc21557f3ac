"""ZIP archives, measured before anything in them is unpacked; and the XML in them."""

import io
import zipfile
from typing import Any

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.html import refuse_entities

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EPUB = "application/epub+zip"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT, ODP, ODS = (f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "presentation", "spreadsheet"))
ZIP = "application/zip"
TELLING_MEMBERS = (
    ("word/document.xml", DOCX),
    ("ppt/presentation.xml", PPTX),
    ("xl/workbook.xml", XLSX),
    ("META-INF/container.xml", EPUB),
)
MOST_MEMBERS = 10_000


def kind(data: bytes) -> str:
    """The media type of a ZIP archive: of the document that it is, or of any other archive.

    Raises InputError E110 for a broken archive.
    """
    archive = _opened(data)
    names = set(archive.namelist())
    if "mimetype" in names and "content.xml" in names and archive.getinfo("mimetype").file_size < 100:
        stated = archive.read("mimetype").decode("ascii", "replace").strip().removesuffix("-template")
        if stated in (ODT, ODP, ODS):
            return stated
    return next((media_type for member_name, media_type in TELLING_MEMBERS if member_name in names), ZIP)


def opened(data: bytes, config: ReadConfig) -> zipfile.ZipFile:
    """The archive, once its table of contents shows that it is neither encrypted nor a bomb.

    ``zipfile`` never unpacks more of a member than that table says, so a lying table gains nothing.
    Raises InputError E108, E109 or E110.
    """
    archive = _opened(data)
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise InputError("E108", "It is encrypted. Save a copy without a password.")
    total = sum(member.file_size for member in members)
    grown = total > 1_000_000 and total > config.max_ratio * len(data)
    if total > config.max_unpacked or grown or len(members) > MOST_MEMBERS:
        raise InputError(
            "E109",
            f"It would unpack to {total:,} bytes in {len(members):,} parts, as bombs do. If you trust it, raise "
            "read.max_unpacked and read.max_ratio.",
        )
    return archive


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise InputError("E110", f"The archive is damaged ({error}). Get a whole copy of the file.") from error


def member(archive: zipfile.ZipFile, name: str, config: ReadConfig) -> Any:
    """A part that is XML, as a tree. Raises InputError E109 for one that is too large or declares entities."""
    data = archive.read(name)
    if len(data) > config.max_bytes:
        raise InputError("E109", f"Its part {name} has {len(data):,} bytes. If you trust it, raise read.max_bytes.")
    refuse_entities(data[:100_000].decode("latin-1"))
    return xml(data)


def xml(data: bytes) -> Any:
    """XML as a tree: no entity expanded, nothing fetched, faults mended, limits of libxml2 kept."""
    from lxml import etree

    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "recover": True}
    tree = etree.fromstring(data, etree.XMLParser(**options))
    if tree is None:
        raise InputError("E110", "A part of it is no XML. Get a whole copy of the file.")
    return tree
