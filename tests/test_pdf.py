"""PDFs come out as their paragraphs, whatever way the lines were put on the pages."""

import io

import pypdf
import pytest

from pipeline.config import ReadConfig
from pipeline.reading.glyphs import Stretch, Word
from pipeline.reading.manifest import Manifest
from pipeline.reading.paragraphs import PrintedLine, paragraphs
from pipeline.reading.read import read_bytes
from pipeline.reading.reading_order import read_columns
from pipeline.reading.running import without_running_rows
from pipeline.records import Document, Reading
from tests.hostile import pdf, pdf_file

EM = 10.0
WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
Placed = tuple[float, float, str]  # left edge, baseline, text

LEFT = [
    "The keeper of the lighthouse had not",
    "spoken to anyone since the end of the",
    "winter, when the last boat brought oil",
    "and two sacks of flour to the island.",
]
RIGHT = [
    "His dog, on the other hand, spoke to",
    "whoever would listen, and to the sea",
    "when there was nobody else about, as",
    "was the case on most of those days.",
]


def stretch(left: float, baseline: float, text: str, size: float = EM) -> Stretch:
    """Text whose letters are all half an em wide."""
    wide = size / 2
    words, place = [], 0
    for word in text.split(" "):
        words.append(Word(place, left + wide * place, left + wide * (place + len(word))))
        place += len(word) + 1
    return Stretch(text, left, words[-1].right, baseline, size, False, True, words)


def page(*placed: Placed) -> bytes:
    """A PDF of one page with lines of ASCII text in Courier, each where it is to stand, in the order given."""
    shown = "".join(f"1 0 0 1 {left} {baseline} Tm ({text}) Tj " for left, baseline, text in placed)
    return drawn([shown])


def drawn(contents: list[str], rotation: int = 0) -> bytes:
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(contents)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
    ]
    for number, shown in enumerate(contents):
        stream = f"BT /F1 10 Tf {shown}ET".encode()
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate {rotation}/Contents {4 + 2 * number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
    return pdf_file(objects)


def read(data: bytes) -> Document:
    [reading] = read_bytes(data, "a.pdf", ReadConfig(), Manifest())
    assert isinstance(reading, Reading), reading
    return reading.document


def blocks(data: bytes) -> list[str]:
    return [line for line in read(data).text.split("\n") if line]


def column(left: float, top: float, lines: list[str], leading: float = 12.0) -> list[Placed]:
    return [(left, top - leading * number, line) for number, line in enumerate(lines)]


def test_columns_drawn_row_by_row_are_read_one_after_the_other() -> None:
    rows = zip(column(50, 700, LEFT), column(300, 700, RIGHT), strict=True)
    assert blocks(page(*(line for row in rows for line in row))) == [" ".join(LEFT), " ".join(RIGHT)]


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    text = [*LEFT[:3], "and two sacks of flour to an island that", "nobody else had ever wanted to live on,"]
    rest = ["for reasons that will become clear.", "", *RIGHT]
    data = page(*column(50, 700, text), *(line for line in column(310, 700, rest) if line[2]))
    assert blocks(data) == [" ".join([*text, rest[0]]), " ".join(RIGHT)]


def test_rows_of_a_table_stay_together() -> None:
    cells = [("Name", ["Anne Roux"]), ("Purpose", LEFT), ("Risks", RIGHT), ("Others", ["None."])]
    placed: list[Placed] = []
    top = 700.0
    for label, answer in cells:
        placed += [(50, top, label), *column(160, top, answer)]
        top -= 12 * len(answer) + 14
    expected = [block for label, answer in cells for block in (label, " ".join(answer))]
    assert blocks(page(*placed)) == expected


def test_a_line_across_the_page_stands_between_columns() -> None:
    heading = "What the keeper of the lighthouse heard in the storm, and what he did"
    upper = [*column(50, 700, LEFT), *column(310, 700, RIGHT)]
    lower = [*column(50, 590, RIGHT), *column(310, 590, LEFT)]
    expected = [" ".join(LEFT), " ".join(RIGHT), heading, " ".join(RIGHT), " ".join(LEFT)]
    assert blocks(page(*upper, (50, 625, heading), *lower)) == expected


def test_labels_of_items_stay_with_their_text() -> None:
    placed = [(50, 700, "1."), *column(80, 700, LEFT), (50, 652, "2."), *column(80, 652, RIGHT)]
    assert blocks(page(*placed)) == ["1. " + " ".join(LEFT), "2. " + " ".join(RIGHT)]


def test_a_page_that_is_turned_is_read_as_it_is_shown() -> None:
    lines = [*LEFT, *RIGHT]
    shown = "".join(f"0 1 -1 0 {100 + 12 * n} 60 Tm ({line}) Tj " for n, line in enumerate(lines))
    assert blocks(drawn([shown], rotation=90)) == [" ".join(lines)]


def test_what_stands_sideways_comes_last() -> None:
    shown = "".join(f"1 0 0 1 {x} {y} Tm ({text}) Tj " for x, y, text in column(100, 700, LEFT))
    assert blocks(drawn([f"0 1 -1 0 30 200 Tm (2021) Tj {shown}"])) == [" ".join(LEFT), "2021"]


def test_a_call_of_a_note_is_no_part_of_the_word() -> None:
    calls = [stretch(50, 700, "The boats"), stretch(95, 704, "12", 6), stretch(107, 700, "come home in 10 m")]
    power = stretch(192, 704, "2", 6)
    [[line]] = read_columns([*calls, power])
    assert line.text == "The boats come home in 10 m2"


@pytest.mark.parametrize("count", [2, 3, 9])
def test_running_heads_and_page_numbers_go(count: int) -> None:
    pages = [
        [
            stretch(50, 800, f"The Gazette, page {n}"),
            stretch(50, 760, f"{WORDS[n]} boats"),
            stretch(280, 30, f"- {n} -"),
        ]
        for n in range(1, count + 1)
    ]
    kept, dropped = without_running_rows(pages)
    assert [[s.text for s in page] for page in kept] == [[f"{WORDS[n]} boats"] for n in range(1, count + 1)]
    assert dropped == 2 * count


def test_numbered_notes_are_no_running_lines() -> None:
    pages = [
        [
            stretch(50, 700, f"{WORDS[n]} keepers"),
            stretch(50, 660, f"{WORDS[n]} dogs"),
            stretch(50, 60, f"{n}. See decree {n} of May."),
        ]
        for n in range(1, 5)
    ]
    assert without_running_rows(pages)[1] == 0


def test_a_number_in_the_middle_of_a_page_stays() -> None:
    pages = [
        [stretch(50, 800, "Head"), stretch(50, 500, str(1983 + 7 * n)), stretch(50, 400, f"{WORDS[n]} storms")]
        for n in (1, 2)
    ]
    kept, _ = without_running_rows(pages)
    assert [s.text for page in kept for s in page] == ["1990", f"{WORDS[1]} storms", "1997", f"{WORDS[2]} storms"]


def test_heads_of_two_pages_do_not_cut_a_sentence() -> None:
    pages = [["Town of Vaubrac", "", *LEFT[:2], "", "1"], ["Town of Vaubrac", "", *LEFT[2:], "", "2"]]
    assert blocks(pdf(*pages)) == [" ".join(LEFT)]


def test_headings_are_marked() -> None:
    large = "/F1 18 Tf 1 0 0 1 50 760 Tm (The keeper) Tj /F1 10 Tf "
    document = read(drawn([large + "".join(f"1 0 0 1 {x} {y} Tm ({t}) Tj " for x, y, t in column(50, 700, LEFT))]))
    assert document.text.startswith("The keeper\n")
    assert [(document.text[m.start : m.end], m.markup) for m in document.marks] == [("The keeper", "heading")]


def test_what_was_filled_in_a_form_stands_beside_its_label() -> None:
    label, answer = b"BT /F1 10 Tf 60 700 Td (Name of the keeper) Tj ET", b"BT /F1 10 Tf 2 4 Td (Anne Roux) Tj ET"
    font = b"/Resources<</Font<</F1 3 0 R>>>>"
    data = pdf_file(
        [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/DA(/F1 10 Tf)/DR<</Font<</F1 3 0 R>>>>>>>>",
            b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
            b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
            b"<</Length %d>>\nstream\n%s\nendstream" % (len(label), label),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[6 0 R]%s>>" % font,
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/V(Anne Roux)/F 4/Rect[200 696 400 712]/P 5 0 R/AP<</N 7 0 R>>>>",
            b"<</Type/XObject/Subtype/Form/BBox[0 0 200 16]%s/Length %d>>\nstream\n%s\nendstream"
            % (font, len(answer), answer),
        ]
    )
    assert blocks(data) == ["Name of the keeper Anne Roux"]


def test_a_locked_pdf_is_named_as_such() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(page((50, 700, "Secret"))))
    writer.encrypt("sesame", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    [skip] = read_bytes(out.getvalue(), "a.pdf", ReadConfig(), Manifest())
    assert not isinstance(skip, Reading) and skip.code == "E108"


def test_too_many_pages_are_refused() -> None:
    [skip] = read_bytes(pdf(["a"], ["b"], ["c"]), "a.pdf", ReadConfig(max_pages=2), Manifest())
    assert not isinstance(skip, Reading) and skip.code == "E113"


# Paragraphs out of lines


def lines(*texts: str, indents: tuple[float, ...] = (), leading: float = 12.0) -> list[PrintedLine]:
    made = []
    for number, text in enumerate(texts):
        left = 50 + (indents[number] if number < len(indents) else 0.0)
        first = 5.0 * len(text.split()[0])
        made.append(PrintedLine(text, left, left + 5.0 * len(text), -leading * number, EM, first, left))
    return made


def divided(column: list[PrintedLine]) -> list[int]:
    """How many lines each paragraph has."""
    return [len(paragraph) for paragraph in paragraphs(column)]


def test_a_short_line_ends_a_paragraph() -> None:
    assert divided(lines(*LEFT[:3], "and oil.", *RIGHT)) == [4, 4]


def test_an_indent_begins_a_paragraph() -> None:
    assert divided(lines(*LEFT, *RIGHT, indents=(15, 0, 0, 0, 15))) == [4, 4]


def test_a_hanging_first_line_does_not() -> None:
    assert divided(lines(*LEFT, *RIGHT, indents=(0, 20, 20, 20, 0, 20, 20, 20))) == [4, 4]


def test_a_little_more_space_begins_a_paragraph_but_not_within_a_sentence() -> None:
    column = lines(*LEFT, *RIGHT)
    for line in column[4:]:
        line.baseline -= 2
    assert divided(column) == [4, 4]
    for line in column[2:]:
        line.baseline -= 2
    assert divided(column) == [4, 4]


def test_a_narrow_answer_among_wide_questions_is_joined() -> None:
    question = "3. What would happen if the oil ran out before the boats could come back to the island?"
    column = lines(question, *LEFT, question.replace("3", "4"), *RIGHT)
    for number, line in enumerate(column):
        line.baseline -= 6 * ((number > 0) + (number > 4) + (number > 5))
    assert divided(column) == [1, 4, 1, 4]


def test_addresses_and_lists_stay_as_they_are() -> None:
    address = lines("Anne Roux", "12, rue des Quatre-Vents", "21000 Vaubrac", "France")
    assert divided([*address, *lines(*LEFT)[0:0]]) == [1, 1, 1, 1]
    assert divided(lines("- oil for the lamp of the tower,", "- flour for the bread of a winter,", "- a dog.")) == [
        1,
        1,
        1,
    ]
