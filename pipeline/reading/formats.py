"""Which kind of document some bytes are, and what is taken out of each kind: content first, the file's name second."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.language.knowledge import either, words_of_all
from pipeline.reading.bundles import Reader, read_mail, read_mailbox, read_zip
from pipeline.reading.decode import Decoded, bitext_root, decode
from pipeline.reading.ebook import read_epub
from pipeline.reading.extract import Extract, phrase
from pipeline.reading.html import declared_encoding, read_html
from pipeline.reading.markdown import read_markdown
from pipeline.reading.objects import read_records
from pipeline.reading.oldword import catdoc, read_doc
from pipeline.reading.opendocument import read_opendocument
from pipeline.reading.pdf import read_pdf
from pipeline.reading.recognition import find_recognizer
from pipeline.reading.richtext import read_rtf
from pipeline.reading.scans import read_picture
from pipeline.reading.slides import read_pptx
from pipeline.reading.subtitles import read_subtitles
from pipeline.reading.tables import Rows, read_table
from pipeline.reading.text_columns import BITEXT
from pipeline.reading.word import read_docx
from pipeline.reading.workbook import read_workbook
from pipeline.reading.zipped import DOCX, EPUB, ODP, ODS, ODT, PPTX, XLSX, ZIP, kind

PLAIN, MARKDOWN, HTML, PDF = "text/plain", "text/markdown", "text/html", "application/pdf"
SUBTITLES, CSV, JSONL = "application/x-subrip", "text/csv", "application/jsonl"
RTF, DOC, XLS = "application/rtf", "application/msword", "application/vnd.ms-excel"
MAIL, MAILBOX = "message/rfc822", "application/mbox"
PNG, JPEG, GIF, TIFF, WEBP = (f"image/{kind}" for kind in ("png", "jpeg", "gif", "tiff", "webp"))
BY_EXTENSION: Mapping[str, str] = {
    ".md": MARKDOWN, ".markdown": MARKDOWN, ".html": HTML, ".htm": HTML, ".xhtml": HTML, ".srt": SUBTITLES,
    ".vtt": SUBTITLES, ".csv": CSV, ".tsv": CSV, ".jsonl": JSONL, ".ndjson": JSONL, ".json": JSONL,
    ".txt": PLAIN, ".text": PLAIN, ".docx": DOCX, ".epub": EPUB, ".pdf": PDF, ".odt": ODT, ".ott": ODT, ".odp": ODP,
    ".ods": ODS, ".rtf": RTF, ".pptx": PPTX, ".xlsx": XLSX, ".doc": DOC, ".xls": XLS, ".eml": MAIL, ".mbox": MAILBOX,
    ".zip": ZIP, ".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".gif": GIF, ".tif": TIFF, ".tiff": TIFF,
    ".webp": WEBP,
}  # fmt: skip
# How pictures begin: to the byte as Tesseract knows them, which takes anything else for a list of names of files.
PICTURES: Mapping[bytes, str] = {
    rb"\x89PNG\r\n\x1a\n": PNG, rb"\xff\xd8\xff": JPEG, rb"GIF8[79]a": GIF, rb"II\*\x00|MM\x00\*": TIFF,
    rb"RIFF....WEBP": WEBP,
}  # fmt: skip
BEGINNINGS = [(re.compile(begin, re.DOTALL), kind) for begin, kind in {**PICTURES, rb"\{\\rtf": RTF}.items()]
DEEPEST = 3  # archives and mails within each other
BITEXT_ENDINGS = (".tmx", ".xliff", ".xlf", ".sdlxliff")
FOREIGN: tuple[tuple[bytes, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "It is an old Office file, or an encrypted one. Save it in a present format, without a password.",
    ),
    (b"\x1f\x8b", "It is compressed. Unpack it first."),
    (b"BZh", "It is compressed. Unpack it first."),
    (b"\xfd7zXZ", "It is compressed. Unpack it first."),
    (b"7z\xbc\xaf", "It is an archive. Unpack it first."),
    (b"Rar!", "It is an archive. Unpack it first."),
    (b"SQLite format 3", "It is a database. Export its text as .csv or .jsonl."),
    (b"WARC/", "It is a web archive. Unpack its pages as .html."),
    (b"%!PS", "It is PostScript. Convert it to PDF."),
)
OLE = FOREIGN[0][0]
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_TAGGED = re.compile(r"<(?:p|div|h[1-6]|article|body|html|span|br|ul|table|title|a)\b[^<>]*>", re.I)
_XML = re.compile(r"\s*<\?xml\b")
_CUE = re.compile(r"(?:\s*WEBVTT\b|\s*\d+[ \t]*\n\d\d?:\d\d:\d\d[,.]\d{1,3} --> )")
_MAIL = re.compile(rb"\s*(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2}")
_MAILBOX = re.compile(rb"From \S+[^\n]*\d\d:\d\d[^\n]*\n" + _MAIL.pattern)
_HEADLINE_END = re.compile(r"[.;:,…]$")


def extract(data: bytes, name: str, config: ReadConfig, depth: int = DEEPEST) -> tuple[str, Rows]:
    """The media type of ``data`` and its texts: one numbered 0 for a document, one a row, from 1, for a table.

    What a file holds that holds files is named by number and name, ``depth`` levels of such files down. Raises
    InputError where nothing in it can be used; a row that cannot be is given as its error.
    """
    named = BY_EXTENSION.get(PurePosixPath(name.lower()).suffix)
    media_type = _container(data, named)
    if media_type in DOCUMENTS:
        rows: Rows = iter([(0, DOCUMENTS[media_type](data, config))])
    elif media_type in (XLSX, XLS, ODS):
        rows = read_workbook(data, config)
    elif media_type in BUNDLES:
        if not depth:
            raise InputError("E107", "It lies too deep in archives or mails. Unpack them first.")
        rows = BUNDLES[media_type](data, config, lambda inner, file: extract(inner, file, config, depth - 1)[1])
    else:
        decoded = decode(data, declared_encoding(data))
        media_type = _textual(decoded.text, name)
        rows = _decoded(TEXTS[media_type](decoded.text, config), decoded)
    return media_type, rows if named in (media_type, None) else _marked(rows, ("W116", media_type))


def helpers(data: bytes, config: ReadConfig) -> tuple[str, ...]:
    """The programs outside that reading such bytes may take, with their versions: if any comes, they are read again."""
    if data.startswith(OLE):
        return (catdoc(),)
    is_bundle = _MAIL.match(data) or _MAILBOX.match(data) or _is_archive(data)
    is_picture = any(begin.match(data) for begin, media_type in BEGINNINGS if media_type != RTF)
    if is_bundle or is_picture or b"%PDF-" in data[:1024]:
        return (catdoc() if is_bundle else "", str(find_recognizer(config) or ""))
    return ()


def _is_archive(data: bytes) -> bool:
    try:
        return data.startswith(b"PK") and kind(data) == ZIP
    except InputError:
        return False


def _marked(rows: Rows, *findings: tuple[str, str]) -> Rows:
    """``rows`` with findings added to each that is a text."""
    for number, one in rows:
        yield number, one if isinstance(one, InputError) else replace(one, findings=(*findings, *one.findings))


def _container(data: bytes, named: str | None) -> str:
    """The media type of what is no plain text, or nothing. Raises InputError for kinds that are not read."""
    if b"%PDF-" in data[:1024] and (b" obj" in data or data.startswith(b"%PDF-")):
        return PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return kind(data)
    if media_type := next((media_type for begin, media_type in BEGINNINGS if begin.match(data)), ""):
        return media_type
    if data.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") not in data:
        streams = ((DOC, "WordDocument"), (XLS, "Workbook"), (XLS, "Book"))
        if media_type := next((kind for kind, stream in streams if stream.encode("utf-16-le") in data), ""):
            return media_type
    for magic, reason in FOREIGN:
        if data.startswith(magic):
            locked = magic == OLE and "EncryptedPackage".encode("utf-16-le") in data
            raise InputError("E108" if locked else "E107", reason)
    if _MAILBOX.match(data):
        return MAILBOX
    return MAIL if named == MAIL and _MAIL.match(data) else ""


def _textual(text: str, name: str) -> str:
    """The media type of a text: HTML and subtitles show themselves, the rest goes by the extension."""
    named = BY_EXTENSION.get(PurePosixPath(name.lower()).suffix, PLAIN)
    start = text[:10_000].replace("\r\n", "\n").lstrip("\ufeff")
    if name.lower().endswith(BITEXT_ENDINGS) or bitext_root(start):
        raise InputError(BITEXT, "It is bitext. Import it: `enregard import`.")
    if _HTML.match(start) and named not in (CSV, JSONL):
        return HTML
    if _XML.match(start) and not (named == HTML and _TAGGED.search(start)):
        raise InputError("E107", "It is XML of a kind that is not read here. Export its text as .txt or .html.")
    if named == HTML:
        return HTML if _TAGGED.search(text[:200_000]) else PLAIN
    if named not in TEXTS:
        return PLAIN
    return SUBTITLES if _CUE.match(start) and named not in (CSV, JSONL) else PLAIN if named == SUBTITLES else named


def _decoded(rows: Rows, decoded: Decoded) -> Rows:
    """``rows`` with what decoding had to do."""
    guess = [("W101", decoded.encoding)] if decoded.guessed else []
    for number, one in rows:
        if isinstance(one, InputError):
            yield number, one
        else:
            replaced = min(decoded.replaced, one.text.count("\ufffd"))
            findings = guess + ([("W107", str(replaced))] if replaced else [])
            yield number, replace(one, encoding=decoded.encoding, findings=(*findings, *one.findings))


def read_plain(text: str) -> Extract:
    """A text as it is, with its headline as title where it clearly has one."""
    found = Extract(text, wrapped=True)
    return replace(found, facts=replace(found.facts, title=headline(text)))


def headline(text: str) -> str | None:
    """The last of the short first lines before the text sets in, if it stands like a headline; else None.

    >>> headline("Un titre\\n\\n" + "Une phrase assez longue pour être du texte. " * 4)
    'Un titre'
    """
    title = None
    for line in filter(None, map(str.strip, text[:5_000].split("\n", 12)[:12])):
        words = line.split()
        if len(line) >= 100 or (len(words) > 9 and line[-1] in ".!?…"):
            return phrase(title)
        if _HEADLINE_END.search(line):
            return None
        if len(words) >= 2 and not _below_headline().match(line) and any(map(str.isalpha, line)):
            title = line
    return None


@cache
def _below_headline() -> re.Pattern[str]:
    """A line that says who wrote a text, and when, or how long it takes to read."""
    beginnings = either(words_of_all("datelines", "below_headline"))
    return re.compile(rf"(?:(?:{beginnings})\b|(?:le )?\d|©|https?:)", re.IGNORECASE)


DOCUMENTS: Mapping[str, Callable[[bytes, ReadConfig], Extract]] = {
    DOCX: read_docx, EPUB: read_epub, PDF: read_pdf, ODT: read_opendocument, ODP: read_opendocument, PPTX: read_pptx,
    RTF: read_rtf, DOC: read_doc, PNG: read_picture, JPEG: read_picture, GIF: read_picture, TIFF: read_picture,
    WEBP: read_picture,
}  # fmt: skip
BUNDLES: Mapping[str, Callable[[bytes, ReadConfig, Reader], Rows]] = {
    ZIP: read_zip, MAIL: read_mail, MAILBOX: read_mailbox,
}  # fmt: skip
TEXTS: Mapping[str, Callable[[str, ReadConfig], Rows]] = {
    PLAIN: lambda text, _: iter([(0, read_plain(text))]),
    MARKDOWN: lambda text, config: iter([(0, read_markdown(text, config.max_markup))]),
    HTML: lambda text, config: iter([(0, read_html(text, config.max_markup))]),
    SUBTITLES: lambda text, _: iter([(0, read_subtitles(text))]),
    CSV: read_table,
    JSONL: read_records,
}
