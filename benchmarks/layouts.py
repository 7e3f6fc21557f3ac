"""Makes PDFs out of sentences whose paragraphs are known: by Chromium, ReportLab and, where it is installed, LaTeX.

Each layout is a function from sentences to ``Printed``: the bytes, and the paragraphs that a reader of it would tell.
"""

import html
import io
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from shutil import which
from typing import NamedTuple

from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

from benchmarks.goldset import HALVES, load_bitexts

Paragraphs = list[list[str]]  # of sentences
WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 62.0  # points
LABELS = {
    "fr": (
        "Nom du responsable",
        "Objet de la demande",
        "Personnes consultées",
        "Risques connus",
        "Solution de rechange",
    ),
    "en": ("Name of the person in charge", "Purpose of the request", "People consulted", "Known risks", "Other ways"),
}
ANSWERS = {"fr": ("Oui [ Points : +1 ]", "Non [ Points : +0 ]"), "en": ("Yes [ Points: +1 ]", "No [ Points: +0 ]")}


class Printed(NamedTuple):
    """A PDF and its paragraphs, each as sentences; their order is that of reading, columns one after the other."""

    name: str
    language: str
    data: bytes
    paragraphs: Paragraphs


class Content(NamedTuple):
    """What a layout is made of."""

    language: str
    titles: list[str]
    prose: Paragraphs


def load_content(language: str, seed: int) -> Content:
    """Paragraphs of three to six sentences that follow each other in the gold set's documents, and headings."""
    chance = random.Random(seed)
    titles, prose = [], []
    for text in (text for half in HALVES for text in load_bitexts(half)):
        sentences = text.left if language == "fr" else text.right
        titles.append(sentences[0].rstrip("."))
        whole = iter([s for s in sentences if len(s.split()) > 5 and s[0].isupper() and s[-1] in ".!?"])
        while paragraph := list(islice(whole, chance.randint(3, 6))):
            prose.append(paragraph)
    chance.shuffle(prose)
    return Content(language, titles, prose)


def print_all() -> Iterator[Printed]:
    """Every layout in both languages, by each producer that is installed."""
    for producer, (layouts, installed) in PRODUCERS.items():
        for number, (name, layout) in enumerate(layouts.items() if installed() else ()):
            for index, language in enumerate(("fr", "en")):
                data, paragraphs = layout(load_content(language, 10 * number + index))
                yield Printed(f"{producer}-{name}-{language}", language, data, paragraphs)


# Chromium


def _chromium(body: str, style: str, language: str, heads: bool = False) -> bytes:
    page = f"<!DOCTYPE html><html lang={language}><meta charset=utf-8><title>Essai</title><style>{style}</style>{body}"
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, "utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
        command += [] if heads else ["--no-pdf-header-footer"]
        subprocess.run(
            [*command, f"--print-to-pdf={target}", str(source)], check=True, capture_output=True, timeout=120
        )
        return target.read_bytes()


def _tagged(tag: str, paragraphs: Sequence[Sequence[str]]) -> str:
    return "".join(f"<{tag}>{html.escape(' '.join(p))}</{tag}>" for p in paragraphs)


def _web_article(content: Content) -> tuple[bytes, Paragraphs]:
    title, prose = content.titles[0], content.prose[:14]
    body = f"<h1>{html.escape(title)}</h1>{_tagged('p', prose)}"
    return _chromium(body, "body{font:16pt serif}", content.language, heads=True), [[title], *prose]


def _web_justified(content: Content) -> tuple[bytes, Paragraphs]:
    prose = content.prose[:16]
    style = "p{margin:0;text-indent:1.5em;text-align:justify;hyphens:auto;font:11pt/1.3 serif}"
    return _chromium(_tagged("p", prose), style, content.language), prose


def _web_columns(content: Content) -> tuple[bytes, Paragraphs]:
    title, prose = content.titles[1], content.prose[:12]
    style = "div{columns:2;column-gap:8mm} p{font:10pt sans-serif;margin:0 0 .8em;text-align:justify}"
    body = f"<h1>{html.escape(title)}</h1><div>{_tagged('p', prose)}</div>"
    return _chromium(body, style, content.language), [[title], *prose]


def _web_form(content: Content) -> tuple[bytes, Paragraphs]:
    labels, prose = LABELS[content.language], content.prose[:5]
    rows = "".join(f"<tr>{_tagged('td', [[name], text])}" for name, text in zip(labels, prose, strict=True))
    style = "table{border-collapse:collapse} td{border:1px solid;padding:4px;vertical-align:top;font:10pt sans-serif}"
    cells = [cell for name, text in zip(labels, prose, strict=True) for cell in ([name], text)]
    return _chromium(f"<table>{rows}</table>", style + "td:first-child{width:30%}", content.language), cells


def _web_questions(content: Content) -> tuple[bytes, Paragraphs]:
    """Questions as wide as the page, answers in a narrower column, and ticks between them."""
    blocks, paragraphs = [], []
    for number, (question, answer) in enumerate(zip(content.prose[:7], content.prose[7:14], strict=True), 1):
        questions = [f"{number}. {question[0]}"]
        tick = ANSWERS[content.language][number % 2]
        blocks.append(_tagged("p", [questions]) + f"<p class=a>{html.escape(' '.join(answer))}</p><p>{tick}</p>")
        paragraphs += [questions, answer, [tick]]
    style = "p{margin:2px 0;font:11pt sans-serif} .a{width:62%}"
    return _chromium("".join(blocks), style, content.language), paragraphs


def _web_lists(content: Content) -> tuple[bytes, Paragraphs]:
    items = [paragraph[:1] for paragraph in content.prose[:9]]
    prose = content.prose[9:13]
    body = f"{_tagged('p', prose[:2])}<ul>{_tagged('li', items[:5])}</ul>{_tagged('p', prose[2:])}"
    listed = items[:5]  # Chromium draws the dots as pictures
    numbered = [[f"{number}. {sentence}"] for number, [sentence] in enumerate(items[5:], 1)]
    body += f"<ol>{_tagged('li', items[5:])}</ol>"
    return _chromium(body, "body{font:16pt serif}", content.language), [*prose[:2], *listed, *prose[2:], *numbered]


# ReportLab


class _Canvas:
    """Draws lines where they are to stand; a line is broken where its next word does not fit."""

    def __init__(self, font: str = "Times-Roman", size: float = 10.5) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=(WIDTH, HEIGHT))
        self.font, self.size = font, size

    def broken(self, text: str, width: float, indent: float = 0.0) -> list[str]:
        """The lines that a text fills."""
        lines, room = [""], width - indent
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if self.canvas.stringWidth(longer, self.font, self.size) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
                room = width
        return lines

    def draw(self, x: float, y: float, text: str, size: float | None = None) -> None:
        """One line of text, its baseline at ``y``."""
        self.canvas.setFont(self.font, size or self.size)
        self.canvas.drawString(x, y, text)

    def turn(self) -> None:
        """The next page."""
        self.canvas.showPage()

    def data(self) -> bytes:
        """The whole PDF."""
        self.canvas.save()
        return self._out.getvalue()


def _drawn_heads(content: Content) -> tuple[bytes, Paragraphs]:
    """Two pages with a head and a numbered foot; a paragraph runs on from the one to the other."""
    prose = content.prose[:13]
    canvas = _Canvas()
    lines = [(30 * (index == 0), line) for p in prose for index, line in enumerate(canvas.broken(" ".join(p), 460, 30))]
    half = len(lines) // 2
    for number, page in enumerate((lines[:half], lines[half:]), 1):
        canvas.draw(MARGIN, HEIGHT - 40, f"{content.titles[2]} – {number}")
        for index, (indent, line) in enumerate(page):
            canvas.draw(MARGIN + indent, HEIGHT - 80 - 13 * index, line)
        canvas.draw(WIDTH / 2, 30, f"– {number} –")
        canvas.turn()
    return canvas.data(), prose


def _drawn_rows(content: Content) -> tuple[bytes, Paragraphs]:
    """Two columns, drawn row by row across the page, with a narrow gutter."""
    prose = content.prose[:8]
    canvas = _Canvas("Helvetica", 9)
    columns = [
        [line for p in side for line in [*canvas.broken(" ".join(p), 230), ""]] for side in (prose[:4], prose[4:])
    ]
    for index in range(max(map(len, columns))):
        for side, column in enumerate(columns):
            if index < len(column):
                canvas.draw(MARGIN - 20 + side * 242, HEIGHT - 70 - 11 * index, column[index])
    return canvas.data(), prose


def _drawn_notes(content: Content) -> tuple[bytes, Paragraphs]:
    """Numbered notes in smaller type at the foot of each page, called by raised numbers; text runs on above them."""
    prose, remarks = content.prose[:12], [p[0] for p in content.prose[12:16]]
    canvas = _Canvas()
    notes = [[f"{number} {remark}"] for number, remark in enumerate(remarks, 1)]
    lines = [(18 * (index == 0), line) for p in prose for index, line in enumerate(canvas.broken(" ".join(p), 450, 18))]
    pages = (lines[: len(lines) // 2], lines[len(lines) // 2 :])
    for page, page_notes in zip(pages, (notes[:2], notes[2:]), strict=True):
        for index, (indent, line) in enumerate(page):
            y = HEIGHT - 70 - 13 * index
            canvas.draw(MARGIN + indent, y, line)
            if index in (2, 5):
                end = MARGIN + indent + canvas.canvas.stringWidth(line, canvas.font, canvas.size)
                canvas.draw(end, y + 4, page_notes[index // 3][0].split()[0], 6.5)
        foot = HEIGHT - 70 - 13 * len(page) - 30
        small = [line for [note] in page_notes for line in canvas.broken(note, 560)]
        for index, line in enumerate(small):
            canvas.draw(MARGIN, foot - 9 * index, line, 8)
        canvas.turn()
    return canvas.data(), [*prose, *notes]


def _drawn_letter(content: Content) -> tuple[bytes, Paragraphs]:
    """An address, a date at the right, paragraphs with space between them, and a signature."""
    prose = content.prose[:7]
    address = ["Association du Moulin-Vert", "12, rue des Quatre-Vents", "21000 Vaubrac"]
    canvas = _Canvas()
    for index, line in enumerate(address):
        canvas.draw(MARGIN, HEIGHT - 60 - 13 * index, line)
    canvas.draw(400, HEIGHT - 120, "Vaubrac, 3 mai 2021")
    y = HEIGHT - 160
    for paragraph in prose:
        for line in canvas.broken(" ".join(paragraph), 465):
            canvas.draw(MARGIN, y, line)
            y -= 13
        y -= 9
    canvas.draw(380, y - 10, "Anne Roux")
    return canvas.data(), [*([line] for line in address), ["Vaubrac, 3 mai 2021"], *prose, ["Anne Roux"]]


def _set_frames(content: Content) -> tuple[bytes, Paragraphs]:
    """Justified columns by ReportLab's own typesetter, with headings in bold."""
    out = io.BytesIO()
    body = ParagraphStyle("b", fontName="Times-Roman", fontSize=9.5, leading=11.5, alignment=TA_JUSTIFY, spaceAfter=5)
    heading = ParagraphStyle("h", fontName="Helvetica-Bold", fontSize=12, leading=15, spaceAfter=4)
    paragraphs: Paragraphs = []
    story = []
    for number, paragraph in enumerate(content.prose[:18]):
        if number % 6 == 0:
            story.append(Paragraph(html.escape(content.titles[number // 6 + 3]), heading))
            paragraphs.append([content.titles[number // 6 + 3]])
        story.append(Paragraph(html.escape(" ".join(paragraph)), body))
        paragraphs.append(paragraph)
    frames = [Frame(50 + side * 255, 50, 240, 740, id=str(side)) for side in (0, 1)]
    document = BaseDocTemplate(out, pagesize=(WIDTH, HEIGHT))
    document.addPageTemplates(PageTemplate(frames=frames))
    document.build(story)
    return out.getvalue(), paragraphs


# LaTeX

_ESCAPES = {
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "\u202f": "~",
    "\u00a0": "~",
    "€": r"\texteuro{}",
}


def _latex(body: str, options: str = "", preamble: str = "") -> bytes:
    head = r"\documentclass[a4paper,OPTIONS]{article}\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}"
    head = head.replace("OPTIONS", options) + r"\usepackage{lmodern,textcomp}" + preamble
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.tex").write_text(rf"{head}\begin{{document}}{body}\end{{document}}", "utf-8")
        command = ["pdflatex", "-interaction=batchmode", "page.tex"]
        subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=120)
        return Path(folder, "page.pdf").read_bytes()


def _tex(sentences: Sequence[str]) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in " ".join(sentences))


def _tex_article(content: Content) -> tuple[bytes, Paragraphs]:
    prose, titles = content.prose[:16], content.titles[:2]
    sections = [
        rf"\section*{{{_tex([title])}}}" + "\n\n".join(map(_tex, half))
        for title, half in zip(titles, (prose[:8], prose[8:]), strict=True)
    ]
    return _latex("\n\n".join(sections)), [[titles[0]], *prose[:8], [titles[1]], *prose[8:]]


def _tex_columns(content: Content) -> tuple[bytes, Paragraphs]:
    prose = content.prose[:20]
    return _latex("\n\n".join(map(_tex, prose)), "twocolumn"), prose


def _tex_notes(content: Content) -> tuple[bytes, Paragraphs]:
    prose, remarks = content.prose[:14], content.prose[14:18]
    texts = []
    for number, paragraph in enumerate(prose):
        note = rf"\footnote{{{_tex(remarks[number // 4][:1])}}}" if number % 4 == 0 else ""
        texts.append(_tex(paragraph[:1]) + note + " " + _tex(paragraph[1:]))
    notes = [[f"{number} {remark[0]}"] for number, remark in enumerate(remarks, 1)]
    return _latex("\n\n".join(texts)), [*prose, *notes]


def _tex_items(content: Content) -> tuple[bytes, Paragraphs]:
    prose, items = content.prose[:4], [p[:2] for p in content.prose[4:10]]
    points = "".join(rf"\item {_tex(item)}" + "\n" for item in items)
    body = (
        _tex(prose[0])
        + "\n\n"
        + _tex(prose[1])
        + rf"\begin{{itemize}}{points}\end{{itemize}}"
        + "\n\n".join(map(_tex, prose[2:]))
    )
    listed = [[f"• {item[0]}", *item[1:]] for item in items]
    return _latex(body), [*prose[:2], *listed, *prose[2:]]


Layout = Callable[[Content], tuple[bytes, Paragraphs]]
PRODUCERS: Mapping[str, tuple[Mapping[str, Layout], Callable[[], object]]] = {
    "reportlab": (
        {
            "heads": _drawn_heads,
            "rows": _drawn_rows,
            "notes": _drawn_notes,
            "letter": _drawn_letter,
            "columns": _set_frames,
        },
        lambda: True,
    ),
    "chromium": (
        {
            "article": _web_article,
            "justified": _web_justified,
            "columns": _web_columns,
            "form": _web_form,
            "questions": _web_questions,
            "lists": _web_lists,
        },
        lambda: which("chromium"),
    ),
    "latex": (
        {"article": _tex_article, "columns": _tex_columns, "notes": _tex_notes, "items": _tex_items},
        lambda: (
            which("kpsewhich")
            and subprocess.run(["kpsewhich", "lmodern.sty"], check=False, capture_output=True).returncode == 0
        ),
    ),
}
