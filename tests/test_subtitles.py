"""Subtitles: sentences out of cues, in one language or two, and nothing that is not said."""

import pytest

from pipeline.reading.subtitles import joined, read_subtitles

FRENCH = ("Le bac est fermé depuis lundi", "et il rouvre au mois de mai", "Les enfants ont de la chance")
ENGLISH = ("The ferry has been closed since Monday", "and it opens in May", "The children are in luck")


def srt(*cues: str, together: bool = False) -> str:
    """Cues of a second each; ``together``: two at the same time."""
    times = [n // 2 if together else n for n in range(len(cues))]
    return "".join(
        f"{n}\n00:00:{at:02},000 --> 00:00:{at:02},900\n{cue}\n\n"
        for n, (at, cue) in enumerate(zip(times, cues, strict=True), 1)
    )


def lines(text: str) -> list[str]:
    return read_subtitles(text).text.split("\n")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_two_languages_are_joined_each_by_itself(together: bool, turned: bool) -> None:
    pairs = list(zip(*((ENGLISH, FRENCH) if turned else (FRENCH, ENGLISH)), strict=True))
    cues = [cue for pair in pairs for cue in pair] if together else ["\n".join(pair) for pair in pairs]
    french = ["Le bac est fermé depuis lundi et il rouvre au mois de mai", "Les enfants ont de la chance"]
    english = ["The ferry has been closed since Monday and it opens in May", "The children are in luck"]
    pairs_joined = zip(*((english, french) if turned else (french, english)), strict=True)
    assert lines(srt(*cues, together=together)) == [line for pair in pairs_joined for line in pair]


def test_two_lines_in_one_language_are_one_track() -> None:
    assert lines(srt("Le bac est fermé\ndepuis lundi.", "Il rouvre\nau mois de mai.")) == [
        "Le bac est fermé depuis lundi.",
        "Il rouvre au mois de mai.",
    ]


@pytest.mark.parametrize(
    ("cues", "said"),
    [
        (("C'est M.", "Roy qui part."), ["C'est M. Roy qui part."]),
        (("Mrs.", "Roy has left."), ["Mrs. Roy has left."]),
        (("Il parle de J.", "Roy."), ["Il parle de J. Roy."]),
        (("Il a vu le maire", "(M. Roy) hier soir."), ["Il a vu le maire (M. Roy) hier soir."]),
        (("Il part (demain)", "avec nous."), ["Il part (demain) avec nous."]),
        (("Il part", "(la nuit, dit-on)", "sans nous."), ["Il part (la nuit, dit-on) sans nous."]),
        (("Il part.", "(BRUIT DE PAS)", "il crie"), ["Il part.", "(BRUIT DE PAS)", "il crie"]),
        (("Il part", "[Musique]", "Enfin."), ["Il part", "[Musique]", "Enfin."]),
        (("Il part", "[Anne] Pas moi."), ["Il part", "[Anne] Pas moi."]),
        (("Il part", "- Quand ?", "MARC : demain."), ["Il part", "- Quand ?", "MARC : demain."]),
    ],
)
def test_where_sentences_end(cues: tuple[str, ...], said: list[str]) -> None:
    assert list(joined([(n * 1000, n * 1000 + 900, cue) for n, cue in enumerate(cues)])) == said


def test_only_what_is_said_is_read_of_web_subtitles() -> None:
    text = """WEBVTT - Un titre
X-TIMESTAMP-MAP=LOCAL:00:00:00.000

STYLE
::cue { color: red }

NOTE À relire
sur deux lignes

intro
00:01.000 --> 00:03.000 align:start
<v.fort Anne>Le bac <00:02.000>part.</v>

NOTE seule

2
00:00:04.000 --> 00:00:05.000
<c.rouge>Il revient</c>

00:00:05.000 --> 00:00:06.000
demain.
"""
    for ends in ("\n", "\r\n"):
        assert lines(text.replace("\n", ends)) == ["Le bac part.", "Il revient demain."]
