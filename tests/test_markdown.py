"""Markdown: nothing is lost, and nothing of its marks is left in the text."""

import pytest

from pipeline.config import ReadConfig
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import read_bytes
from pipeline.records import Reading


def read(text: str) -> Reading:
    [reading] = read_bytes(text.encode(), "a.md", ReadConfig(), Manifest())
    assert isinstance(reading, Reading), reading
    return reading


def lines(text: str) -> list[str]:
    return [line for line in read(text).document.text.split("\n") if line]


def stretches(text: str, markup: str) -> list[str]:
    document = read(text).document
    return [document.text[mark.start : mark.end] for mark in document.marks if mark.markup == markup]


@pytest.mark.parametrize("levels", [3, 12, 30, 90])
@pytest.mark.parametrize("mark", ["> ", "- ", "> - ", "1. "])
def test_whatever_is_nested_is_read_and_so_is_what_follows(mark: str, levels: int) -> None:
    quotes = "".join(f"{mark * level}niveau {level}\n\n" for level in range(1, levels + 1))
    assert lines(f"{quotes}# La suite\n\nElle est là.") == [
        *(f"niveau {level}" for level in range(1, levels + 1)), "La suite", "Elle est là.",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [2, 4])
def test_an_outline_of_any_depth_is_read_and_so_is_what_follows(width: int) -> None:
    outline = "".join(f"{' ' * width * level}- point {level}\n" for level in range(50))
    assert lines(f"{outline}- retour\n\n# La suite\n") == [
        *(f"point {level}" for level in range(50)),
        "retour",
        "La suite",
    ]


def test_breaks_part_words() -> None:
    assert lines("| a | b |\n|---|---|\n| une rue<br>un quai | deux<br/>trois |\n\nPremier vers<br />second vers") == [
        "a", "b", "une rue", "un quai", "deux", "trois", "Premier vers", "second vers",
    ]  # fmt: skip


def test_calls_of_notes_are_out_and_notes_are_read() -> None:
    text = "Le bac[^a] passe^[Sauf le lundi.] encore.\n\nFin.\n\n[^a]: Un bateau plat.\n[site]: https://x.example\n"
    assert lines(text) == ["Le bac passe encore.", "Fin.", "Un bateau plat.", "Sauf le lundi."]


def test_markdown_between_tags_is_understood_and_code_there_is_not() -> None:
    text = "<div align=center>\n## Un *titre*\nUn [lien](x) et **gras**.\n</div>\n\n<p>Un _mot_.</p>\n"
    text += "\n<pre>a_b = *c*</pre>\n"
    assert lines(text) == ["Un titre", "Un lien et gras.", "Un mot.", "a_b = *c*"]
    assert stretches(text, "heading") == ["Un titre"]
    assert stretches(text, "code") == ["a_b = *c*"]


def test_indented_html_within_html_is_no_code() -> None:
    text = "<section>\n\n    <p>Une phrase.</p>\n\n</section>\n\n    x = 1\n"
    assert lines(text) == ["Une phrase.", "x = 1"]
    assert stretches(text, "code") == ["x = 1"]


def test_classes_of_kramdown_and_pandoc_are_no_text() -> None:
    text = "# Un titre {#un .grand}\n{: .no_toc}\n\nDu texte{: .x}.\n{: style='a'}\n"
    text += "\n{::comment}\n\n| a |\n|---|\n| b |\n{: .t}\n\n`{: .x}`"
    assert lines(text) == ["Un titre", "Du texte.", "a", "b", "{: .x}"]


def test_code_is_marked_and_words_in_code_stay_in_their_sentence() -> None:
    text = "Taper `ls -l` ici.\n\n```sh\nls -l\n\ncd x\n```\n\n    avec retrait\n"
    assert stretches(text, "code") == ["ls -l\n\ncd x", "avec retrait"]
    assert "Taper ls -l ici." in lines(text)


def test_tasks_terms_and_struck_words_lose_their_marks() -> None:
    assert lines("- [x] Fermer\n- [ ] Ouvrir\n\nBac\n: Bateau ~~rond~~ plat.\n") == [
        "Fermer", "Ouvrir", "Bac", "Bateau rond plat.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("front", "title", "author"),
    [
        ("---\ntitle: >-\n  Un titre\n  plié\nauthors:\n  - name: A\n  - B\n---\n", "Un titre plié", "A, B"),
        ("---\ntitle: 'L''été'\nauthor: >\n  Anne\n  Roux\n---\n", "L'été", "Anne Roux"),
        ("---\ntitle: Le bac : un récit\nauthor: [A, B]\n---\n", "Le bac : un récit", "A, B"),
        ("---\ntitle: Le bac: un récit\nauthor: A\n---\n", "Le bac: un récit", "A"),
        ("---\ntitle: 1984\nauthor: no\n---\n", "1984", "no"),
        ('+++\ntitle = "Le bac"\nauthor = "A"\n+++\n', "Le bac", "A"),
        ("---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: !!python/object:os.system Le bac\nauthor: A\n---\n", "Le bac", "A"),
    ],
)  # fmt: skip
def test_front_matter_is_read_as_what_it_is(front: str, title: str, author: str) -> None:
    document = read(f"{front}Une phrase du texte.\n").document
    assert (document.title, document.author) == (title, author)
    assert document.text == f"{title}\nUne phrase du texte."
    assert stretches(f"{front}Une phrase du texte.\n", "title") == [title]


def test_a_title_that_the_text_begins_with_stands_once() -> None:
    assert lines("---\ntitle: Le bac\nlang: fr\n---\n# Le bac\n\nUn récit.") == ["Le bac", "Un récit."]
    assert read("---\nlang: fr\n---\nUn récit.").languages == ("fr",)


def test_rules_at_the_head_are_no_front_matter() -> None:
    assert lines("---\n\nUne phrase.\n\n---\n\nUne autre.")[-1] == "Une autre."
    assert "Une phrase." in lines("---\n\nUne phrase.\n\n---\n\nUne autre.")


@pytest.mark.parametrize(
    ("source", "captions"),
    [
        ("![Le bac au quai.](a.png)", ["Le bac au quai."]),
        ('[![Le bac](a.png "Le bac au départ, en mars.")](b.html)', ["Le bac", "Le bac au départ, en mars."]),
        ("![](a.png)\n*Photo : le quai, tôt le matin.*", ["Photo : le quai, tôt le matin."]),
        ('<figure><img alt="Un bac"><figcaption>Le **vieux** bac.</figcaption></figure>', ["Un bac", "Le vieux bac."]),
        ('{{< figure src="a.png" caption="Le bac [rouge]." >}}', ["Le bac [rouge]."]),
        ("{% include image.html url='a.png' caption='Le retour du bac.' %}", ["Le retour du bac."]),
    ],
)  # fmt: skip
def test_what_stands_for_a_picture_is_its_caption(source: str, captions: list[str]) -> None:
    assert lines(f"Avant.\n\n{source}\n\nAprès.") == ["Avant.", *captions, "Après."]
    assert stretches(f"Avant.\n\n{source}\n\nAprès.", "caption") == captions


def test_a_picture_within_a_sentence_is_part_of_it() -> None:
    assert lines("Cliquer sur ![la roue](a.png) pour régler.") == ["Cliquer sur la roue pour régler."]
    assert stretches("Cliquer sur ![la roue](a.png) pour régler.", "caption") == []


def test_tags_of_templates_are_no_text_but_in_code() -> None:
    text = '{% raw %}\nUn texte.\n{% endraw %}\n\nVoir {{< ref "page" >}} la suite.\n\n`{{< ref >}}` insère un lien.'
    assert lines(text) == ["Un texte.", "Voir la suite.", "{{< ref >}} insère un lien."]
