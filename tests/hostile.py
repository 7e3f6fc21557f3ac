"""Writes a folder of files that break programs: encodings, bombs, damage, names, links and permissions.

``make(folder)`` returns what must become of each: the name in the corpus, and the code of the skip, or "" where the
file must be read. ``python -m tests.hostile FOLDER`` writes them for a look.
"""

import io
import os
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import docx
import pypdf

from pipeline.config import ReadConfig
from pipeline.reading.recognition import find_recognizer

FRENCH = "L’été dernier, à Noël-sur-Mer, la sœur du maître a payé 50 € pour un « gâteau » déjà très sec."
ENGLISH = "The baker’s café was open again – at last – and nobody asked why."
PAIR = f"{FRENCH}\n{ENGLISH}\n"
WESTERN = FRENCH.replace("’", "'") + "\n"  # what ISO-8859-15 can hold

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Le port</dc:title><dc:creator>Anne Roux</dc:creator><dc:date>2021-05</dc:date></metadata><manifest>
<item id="a" href="a%20b.xhtml"/><item id="out" href="../../../../etc/passwd"/></manifest>
<spine><itemref idref="a"/><itemref idref="out"/></spine></package>"""
CHAPTER = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>Le port</h1><p>{FRENCH}</p></body></html>"
LAUGHS = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


def archive(members: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return out.getvalue()


def epub(chapter: str | bytes = CHAPTER, more: Mapping[str, bytes | str] | None = None) -> bytes:
    parts = {"META-INF/container.xml": CONTAINER, "OPS/book.opf": PACKAGE, "OPS/a b.xhtml": chapter}
    return archive(parts | dict(more or {}))


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def changed(data: bytes, member: str, content: bytes) -> bytes:
    """An archive with one member replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return archive({name: opened.read(name) for name in opened.namelist()} | {member: content})


def flagged_encrypted(data: bytes) -> bytes:
    """An archive that says all its members are encrypted."""
    entry = data.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00")
    return entry.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


def pdf(*pages: list[str], information: Mapping[str, str] | None = None, password: str = "") -> bytes:
    """A PDF with lines of ASCII text on each page, which is all that its built-in font needs."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for lines in pages:
        shown = "".join(f"({line}) Tj T* " for line in lines)
        stream = f"BT /F1 10 Tf 12 TL 50 780 Td {shown}ET".encode("ascii")
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {len(objects)} 0 R"
        objects.append(f"{page}/Resources<</Font<</F1 3 0 R>>>>>>".encode("ascii"))
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{k} 0 R' for k in kids)}]>>".encode("ascii")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_file(objects)))
    writer.add_metadata(dict(information or {}))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_bomb(count: int) -> bytes:
    """A page that unpacks to ``count`` commands of ten bytes each."""
    stream = zlib.compress(b"BT /F1 10 Tf 12 TL 50 780 Td " + b"(x) Tj T* " * count + b"ET")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
    return pdf_file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
            page,
        ]
    )


def pdf_file(objects: list[bytes]) -> bytes:
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + head + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


def mojibake(text: str, times: int = 1) -> str:
    for _ in range(times):
        text = text.encode("utf-8").decode("cp1252", "replace")
    return text


def deep_json(levels: int) -> str:
    return '{"text": ' + "[" * levels + "]" * levels + "}"


def bitmap(seed: int, size: int = 20_000) -> bytes:
    return bytes((n * n * seed + n * 7 + (n >> 3)) % 256 for n in range(size))


# name: what makes its bytes, and the code of the skip, or "" where it is read, or None where it is passed over
FILES: Mapping[str, tuple[Callable[[], bytes], str | None]] = {
    # encodings
    "enc/utf-8.txt": (PAIR.encode, ""),
    "enc/utf-8-bom.txt": (lambda: PAIR.encode("utf-8-sig"), ""),
    "enc/utf-16-le-bom.txt": (lambda: b"\xff\xfe" + PAIR.encode("utf-16-le"), ""),
    "enc/utf-16-be-bom.txt": (lambda: b"\xfe\xff" + PAIR.encode("utf-16-be"), ""),
    "enc/utf-16-le.txt": (lambda: PAIR.encode("utf-16-le"), ""),
    "enc/utf-16-be.txt": (lambda: PAIR.encode("utf-16-be"), ""),
    "enc/utf-32.txt": (lambda: PAIR.encode("utf-32"), ""),
    "enc/windows-1252.txt": (lambda: PAIR.encode("cp1252"), ""),
    "enc/iso-8859-15.txt": (lambda: WESTERN.encode("iso8859-15"), ""),
    "enc/mac-roman.txt": (lambda: PAIR.encode("mac-roman"), ""),
    "enc/dos-850.txt": (lambda: "Été à Noël, déjà très sec.".encode("cp850"), ""),
    "enc/cyrillic-1251.txt": (
        lambda: ("Это русский текст, его никто не ждал здесь сегодня. " * 9).encode("cp1251"),
        "",
    ),
    "enc/shift-jis.txt": (lambda: ("これは日本語の文章です。誰も読めません。" * 9).encode("shift-jis"), ""),
    "enc/broken-utf-8.txt": (lambda: (PAIR * 5).encode()[:-3] + b"\xff\xfe caf\xe9 \xe2\x80", ""),
    "enc/truncated-utf-16.txt": (lambda: PAIR.encode("utf-16")[:-1], ""),
    "enc/cesu-8.txt": (lambda: "fête \ud83c\udf89 !".encode("utf-8", "surrogatepass"), ""),
    "enc/mojibake.txt": (lambda: mojibake(PAIR).encode(), ""),
    "enc/mojibake-twice.txt": (lambda: mojibake("déjà vu, à côté\n", 2).encode(), ""),
    "enc/mixed-line-ends.txt": ("un\r\ndeux\rtrois\nquatre\u2028cinq\x0csix".encode, ""),
    "enc/decomposed.txt": ("E\u0301te\u0301 a\u0300 la me\u0302me fac\u0327on\n".encode, ""),
    "enc/invisible.txt": (
        "\ufeffin\u00advi\u200bsi\u2060ble \u202etxet\u202c\x07\x1b[31m rouge\n".encode,
        "",
    ),
    # nothing, or nothing that is text
    "none/empty.txt": (lambda: b"", "E101"),
    "none/white.txt": (lambda: b" \t\r\n\x0c\xc2\xa0\n" * 99, "E101"),
    "none/only-bom.txt": (lambda: b"\xef\xbb\xbf", "E101"),
    "none/invisible-only.txt": (lambda: "\u200b\u00ad\ufeff\n".encode() * 9, "E101"),
    "none/nul.txt": (lambda: b"\0" * 5000, "E103"),
    "none/some-nul.txt": (lambda: b"Bonjour\0, voici un texte ordinaire avec un seul octet nul, et la suite. " * 3, ""),
    "none/binary.txt": (lambda: bitmap(31), "E103"),
    "none/picture.txt": (lambda: b"\x89PNG\r\n\x1a\n" + bitmap(3), "E110" if find_recognizer(ReadConfig()) else "E107"),
    "none/grey.txt": (lambda: b"P5\n400 400\n255\n" + b"\xff" * 150_000 + bitmap(3)[:10_000], "E103"),
    "none/program": (lambda: b"\x7fELF\x02\x01\x01\0" + bitmap(17), "E103"),
    "none/compressed.txt": (lambda: b"\x1f\x8b\x08\0" + bitmap(5), "E107"),
    "none/old.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bitmap(9), "E107"),
    "none/encrypted-office.docx": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bitmap(9) + "EncryptedPackage".encode("utf-16-le"),
        "E108",
    ),
    "none/rich.rtf": (lambda: b"{\\rtf1\\ansi Bonjour}", ""),
    "none/data.xml": (lambda: b"<?xml version='1.0'?><ledger version='1.4'><body/></ledger>", "E107"),
    # sizes and shapes
    "shape/one-line-20-MB.txt": (("Il a plu toute la nuit sur le port. " * 560_000).encode, ""),
    "shape/100000-words.txt": (lambda: "".join(f"mot{n}\n" for n in range(100_000)).encode(), ""),
    "shape/one-word-200-kB.txt": (("é" * 100_000).encode, ""),
    "shape/only-line-ends.txt": (lambda: b"\n" * 500_000 + b"fin", ""),
    "shape/combining.txt": (("Z" + "\u0301\u0310\u0489" * 20_000 + " fin\n").encode, ""),
    "shape/rtl.txt": ("هذا نص عربي قصير.\nזה טקסט קצר בעברית.\nUne ligne en français.\n".encode, ""),
    "shape/emoji.txt": ("Bravo 👩‍💻🏳️‍🌈 !\n🎉🎉🎉\nIt’s 5️⃣ o’clock 🇫🇷\n".encode, ""),
    "shape/zalgo-tags.txt": (("\U000e0041" * 50 + "texte\n").encode, ""),
    "shape/entities.txt": (lambda: b"L&rsquo;&eacute;t&eacute; &lt;b&gt;\n", ""),
    # pages
    "page/plain.html": (f"<html><body><article><p>{FRENCH}</p></article></body></html>".encode, ""),
    "page/latin.html": (
        lambda: f"<html><meta charset=iso-8859-15><body><p>{WESTERN}</p></html>".encode("iso8859-15"),
        "",
    ),
    "page/lying-charset.html": (lambda: f"<html><meta charset=utf-7><body><p>{FRENCH}</p></html>".encode("cp1252"), ""),
    "page/deep.html": (("<div>" * 50_000 + "au fond" + "</div>" * 50_000).encode, ""),
    "page/deep-open.html": (("<p>" + "<b>" * 30_000 + "au fond").encode, ""),
    "page/laughs.html": (f"{LAUGHS}]><html><body><p>&j;</p></body></html>".encode, "E109"),
    "page/unclosed.html": (
        lambda: b"<html><body><p>Le d\xc3\xa9but <!-- jamais ferm\xc3\xa9 <p>" + b"<a <b " * 50_000,
        "",
    ),
    "page/no-text.html": (lambda: b"<html><head><script>var x;</script></head><body><img src=a></body></html>", "E101"),
    "page/nul.html": (
        lambda: b"<html><body><p>Avant\0 et apr\xc3\xa8s le z\xc3\xa9ro, rien ne change.</p></body></html>",
        "",
    ),
    "page/text.html": (PAIR.encode, ""),
    "page/page.txt": (f"<!DOCTYPE html><html><body><p>{FRENCH}</p></body></html>".encode, ""),
    # archives
    "zip/good.docx": (lambda: word(FRENCH, ENGLISH), ""),
    "zip/named.txt": (lambda: word(FRENCH), ""),
    "zip/text.docx": (PAIR.encode, ""),
    "zip/truncated.docx": (lambda: word(FRENCH)[:5000], "E110"),
    "zip/empty.docx": (word, "E101"),
    "zip/bomb.docx": (lambda: changed(word("x"), "word/document.xml", b"<a>" + b" " * 30_000_000 + b"</a>"), "E109"),
    "zip/laughs.docx": (lambda: changed(word("x"), "word/document.xml", f"{LAUGHS}]><a>&j;</a>".encode()), "E109"),
    "zip/not-xml.docx": (lambda: changed(word("x"), "word/document.xml", b"\0\1\2 rien"), "E110"),
    "zip/encrypted.docx": (lambda: flagged_encrypted(word(FRENCH)), "E108"),
    "zip/good.epub": (epub, ""),
    "zip/bomb.epub": (lambda: epub(more={"OPS/big.bin": b"\0" * 30_000_000}), "E109"),
    "zip/many.epub": (lambda: epub(more={f"OPS/{n}": b"" for n in range(10_001)}), "E109"),
    "zip/laughs.epub": (lambda: epub(f"{LAUGHS}]><html><body>&j;</body></html>"), "E109"),
    "zip/external.epub": (
        lambda: epub(f'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body>&x;{FRENCH}</body></html>'),
        "E109",
    ),
    "zip/locked.epub": (
        lambda: epub(
            more={
                "META-INF/encryption.xml": '<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
            }
        ),
        "E108",
    ),
    "zip/no-package.epub": (lambda: archive({"META-INF/container.xml": CONTAINER}), "E110"),
    "zip/slip.zip": (lambda: archive({"../../evil.txt": "sortie"}), ""),
    "zip/nested.zip": (lambda: archive({"a.zip": archive({"b.zip": archive({"c": b"\0" * 9999})})}), "E103"),
    # PDF
    "pdf/good.pdf": (lambda: pdf(["A page of text that is plain enough."]), ""),
    "pdf/encrypted.pdf": (lambda: pdf(["Secret"], password="sesame"), "E108"),
    "pdf/truncated.pdf": (lambda: pdf(["A page of text."] * 20)[:300], "E110"),
    "pdf/scan.pdf": (lambda: pdf([]), "E112"),
    "pdf/only-header.pdf": (lambda: b"%PDF-1.7\n", "E110"),
    "pdf/loop.pdf": (lambda: pdf(["x"]).replace(b"/Type /Page\n", b"/Type /Pages\n/Kids [ 2 0 R ]\n"), "E110"),
    "pdf/bomb.pdf": (lambda: pdf_bomb(8_000_000), "E117"),
    "pdf/busy.pdf": (lambda: pdf_bomb(40_000), ""),
    "pdf/text.pdf": (PAIR.encode, ""),
    # tables
    "table/good.csv": (lambda: f"id;texte\n1;{FRENCH}\n2;{ENGLISH}\n".encode("cp1252"), ""),
    "table/no-column.csv": (lambda: b"a,b\n1,2\n", "E111"),
    "table/header-only.csv": (lambda: b"id,text\n", "E101"),
    "table/unbalanced.csv": (lambda: b'id,text\n1,"jamais ferm\xc3\xa9\n2,la suite\n', ""),
    "table/nul.csv": (lambda: b"id,text\n1,un\0 deux trois\n2,quatre cinq\n", ""),
    "table/long-cell.csv": (lambda: b"id,text\n1," + b"mot " * 200_000 + b"\n", ""),
    "table/surrogates.jsonl": (lambda: b'{"text": "a\\ud800b \\ud83c\\udf89"}\n', ""),
    "table/damaged.jsonl": (lambda: b"{\n]\n", "E110"),
    "table/deep.jsonl": (('{"text": "Une ligne bonne."}\n' + deep_json(100_000)).encode, ""),
    "table/huge-number.jsonl": (lambda: b'{"text": "Bon.", "n": ' + b"9" * 10_000 + b"}", "E110"),
    "table/no-text.jsonl": (lambda: b'{"a": 1}\n[2]\n3\n', "E111"),
    # subtitles and Markdown
    "marked/good.srt": (f"1\n00:00:01,000 --> 00:00:02,000\n{FRENCH}\n".encode, ""),
    "marked/broken.srt": (lambda: b"1\n00:00:99,000 --> never\nBonjour\n\nx\n--> -->\n", ""),
    "marked/deep.md": (("> " * 5000 + "au fond\n\n" + "[" * 20_000).encode, ""),
    "marked/front.md": (
        lambda: b"---\ntitle: [&a [*a]\ndate: !!python/object:os.system x\n---\nBonjour tout le monde.\n",
        "",
    ),
    # names
    "name/-rf --help.txt": (PAIR.encode, ""),
    "name/a..b.. .txt": (PAIR.encode, ""),
    "name/..%2f..%2fup.txt": (PAIR.encode, None),
    "name/... .txt": (PAIR.encode, None),
    "name/$(touch x);`id`'\".txt": (PAIR.encode, ""),
    "name/été 🎉 %00%2e%2e.txt": (PAIR.encode, ""),
    f"name/{'n' * 250}.txt": (PAIR.encode, ""),
    "name/a#3.txt": (PAIR.encode, ""),
    "name/CON": (PAIR.encode, ""),
    "name/\\..\\..\\up.txt": (PAIR.encode, ""),
}
# names that are shown otherwise than they are
TRICKS: Mapping[bytes, str] = {
    b"name/line\nend.txt": "name/line\\x0aend.txt",
    b"name/colour\x1b[31m.txt": "name/colour\\x1b[31m.txt",
    b"name/latin-\xe9t\xe9.txt": "name/latin-\\xe9t\\xe9.txt",
}


def make(folder: Path) -> dict[str, str]:
    """Write every file under ``folder``. Returns the code that each name must be skipped with, or "" if read."""
    expected = {}
    for name, (content, code) in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content())
        if code is not None:
            expected[name] = code
    for raw, shown in TRICKS.items():
        Path(os.fsdecode(os.fsencode(folder) + b"/" + raw)).write_bytes(PAIR.encode())
        expected[shown] = ""
    return expected | dict(_links(folder)) | dict(_special(folder))


def _links(folder: Path) -> Iterator[tuple[str, str]]:
    links = folder / "link"
    (links / "own").mkdir(parents=True)
    (links / "own" / "a.txt").write_bytes(PAIR.encode())
    yield "link/own/a.txt", ""
    for name, target, code in (
        ("broken.txt", "nowhere", "E105"),
        ("self.txt", "self.txt", "E105"),
        ("one.txt", "two.txt", "E105"),
        ("two.txt", "one.txt", "E105"),
        ("good.txt", "own/a.txt", ""),
        ("up", "..", "E105"),
        ("here", ".", "E105"),
        ("again", "own", "E115"),
        ("device.txt", "/dev/zero", "E106"),
    ):
        (links / name).symlink_to(target)
        yield f"link/{name}", code


def _special(folder: Path) -> Iterator[tuple[str, str]]:
    special = folder / "special"
    special.mkdir()
    with (special / "too-large.txt").open("wb") as large:
        large.truncate(60_000_000)
    yield "special/too-large.txt", "E102"
    os.mkfifo(special / "pipe.txt")
    yield "special/pipe.txt", "E106"
    (special / ".hidden.txt").write_bytes(PAIR.encode())
    deep = special.joinpath(*"d" * 51)
    deep.mkdir(parents=True)
    (deep / "deep.txt").write_bytes(PAIR.encode())
    yield "special/" + "/".join("d" * 50), "E115"
    yield from locked(special)


def locked(folder: Path, root: bool = os.geteuid() == 0) -> Iterator[tuple[str, str]]:
    """A file and a folder without any permission, which only ``root`` may read all the same."""
    secret, closed = folder / "secret.txt", folder / "closed"
    secret.write_bytes(PAIR.encode())
    secret.chmod(0)
    closed.mkdir()
    (closed / "inner.txt").write_bytes(PAIR.encode())
    closed.chmod(0)
    yield f"{folder.name}/secret.txt", "" if root else "E104"
    yield (f"{folder.name}/closed/inner.txt", "") if root else (f"{folder.name}/closed", "E104")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
