"""What a manifest and the names of files say, and what is refused with the name of the key."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.reading.manifest import Entry, Manifest, hints, load_manifest, name_language


def written(folder: Path, text: str) -> Manifest:
    (folder / "manifest.toml").write_text(text, "utf-8")
    return load_manifest(folder)


WHOLE = """
[[document]]
path = "a/un.fr.txt"
title = "Un"
date = 2024-06-19
outlet = "La Gazette"
author = "Jeanne Martin"
url = "https://gazette.example/un"
licence = "CC0-1.0"
languages = ["fr", "en-GB"]
translation_of = ["a/one.en.txt"]

[expect]
anything = ["goes", "here"]
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    assert written(tmp_path, WHOLE).entry("a/un.fr.txt") == Entry(
        title="Un",
        date="2024-06-19",
        outlet="La Gazette",
        author="Jeanne Martin",
        url="https://gazette.example/un",
        licence="CC0-1.0",
        languages=("fr", "en-GB"),
        translation_of=("a/one.en.txt",),
    )


def test_no_manifest_says_nothing(tmp_path: Path) -> None:
    assert load_manifest(tmp_path) == Manifest()
    assert load_manifest(tmp_path / "absent.txt") == Manifest()
    assert Manifest().entry("a") == Entry()


def test_the_manifest_of_a_file_lies_beside_it(tmp_path: Path) -> None:
    written(tmp_path, '[[document]]\npath = "a.txt"\ntitle = "A"')
    (tmp_path / "a.txt").touch()
    assert load_manifest(tmp_path / "a.txt").entry("a.txt").title == "A"


def test_later_patterns_win_and_names_win_over_patterns(tmp_path: Path) -> None:
    manifest = written(
        tmp_path,
        """
        [[document]]
        path = "b/one.txt"
        title = "One"
        [[document]]
        path = "**"
        licence = "CC0-1.0"
        outlet = "All"
        title = "None"
        [[document]]
        path = "b/*.txt"
        outlet = "B"
        """,
    )
    assert manifest.entry("b/one.txt") == Entry(title="One", outlet="B", licence="CC0-1.0")
    assert manifest.entry("b/c/two.txt") == Entry(title="None", outlet="All", licence="CC0-1.0")


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*.txt", "a.txt", True),
        ("*.txt", "b/a.txt", False),
        ("**/*.txt", "a.txt", True),
        ("**/*.txt", "b/c/a.txt", True),
        ("b/**", "b/c/a.txt", True),
        ("b/**", "bb/a.txt", False),
        ("?.txt", "é.txt", True),
        ("?.txt", "ab.txt", False),
        ("a[1].txt", "a[1].txt", True),
        ("a[1].txt", "a1.txt", False),
        ("a.txt", "aXtxt", False),
        ("e\u0301.txt", "é.txt", True),
        ("é.txt", "e\u0301.txt", True),
        ("table.csv", "table.csv#12", True),
        ("table.csv#12", "table.csv#12", True),
        ("table.csv#12", "table.csv#1", False),
    ],
)
def test_patterns(tmp_path: Path, pattern: str, name: str, fits: bool) -> None:
    manifest = written(tmp_path, f'[[document]]\npath = "{pattern}"\ntitle = "T"')
    assert (manifest.entry(name).title == "T") is fits


def test_a_row_has_its_files_entry_and_its_own_on_top(tmp_path: Path) -> None:
    manifest = written(
        tmp_path,
        '[[document]]\npath = "t.csv"\noutlet = "O"\ntitle = "T"\n[[document]]\npath = "t.csv#2"\ntitle = "Two"\n',
    )
    assert manifest.entry("t.csv#1") == Entry(title="T", outlet="O")
    assert manifest.entry("t.csv#2") == Entry(title="Two", outlet="O")


def test_the_fingerprint_changes_with_what_is_said_of_the_name_only(tmp_path: Path) -> None:
    before = written(tmp_path, '[[document]]\npath = "a.txt"\ntitle = "A"\n[[document]]\npath = "b.txt"\ntitle = "B"')
    after = written(tmp_path, '[[document]]\npath = "a.txt"\ntitle = "A"\n[[document]]\npath = "b.txt"\ntitle = "C"')
    assert before.fingerprint("a.txt") == after.fingerprint("a.txt")
    assert before.fingerprint("b.txt") != after.fingerprint("b.txt")


def test_names_that_fit_no_file_are_told(tmp_path: Path) -> None:
    manifest = written(
        tmp_path, '[[document]]\npath = "a.txt"\n[[document]]\npath = "b.txt"\n[[document]]\npath = "*.md"'
    )
    assert manifest.unmatched(["a.txt", "c.txt"]) == ("b.txt", "*.md")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[document]\n", "cannot be read as TOML"),
        ("[documents]\n", "unknown table 'documents'"),
        ('[document]\npath = "a"\n', "[[document]]"),
        ("document = [1]\n", "document 1"),
        ('[[document]]\ntitle = "A"\n', "'path'"),
        ("[[document]]\npath = 3\n", "'path'"),
        ('[[document]]\npath = "/etc/passwd"\n', "'path'"),
        ('[[document]]\npath = "../a"\n', "leads out"),
        ('[[document]]\npath = "a"\ntitel = "A"\n', "unknown key 'titel'"),
        ('[[document]]\npath = "a"\ntitle = 3\n', "'title'"),
        ('[[document]]\npath = "a"\ndate = "yesterday"\n', "'date'"),
        ('[[document]]\npath = "a"\ndate = "19/06/2024"\n', "'date'"),
        ('[[document]]\npath = "a"\nlanguages = ["French"]\n', "'languages'"),
        ('[[document]]\npath = "a"\ntranslation_of = ["../b"]\n', "'translation_of'"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        written(tmp_path, text)
    assert "manifest.toml" in str(caught.value)
    assert told in str(caught.value)


def test_a_manifest_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"manifest\.toml"):
        load_manifest(tmp_path)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("x.fr.txt", "fr"),
        ("x_en.txt", "en"),
        ("x.fr-CA.docx", "fr"),
        ("x.en_GB", "en"),
        ("fr/x.txt", "fr"),
        ("a/EN/b/x.md", "en"),
        ("fr/x.en.txt", "en"),
        ("voyage-en.txt", None),
        ("fr.txt", "fr"),
        ("x.french.txt", None),
        ("centre_ville.txt", None),
    ],
)
def test_languages_in_names(name: str, language: str | None) -> None:
    assert name_language(name) == language


def test_counterparts_by_name() -> None:
    names = ["a.fr.txt", "a.en.txt", "b_fr.txt", "b_en.docx", "fr/c.txt", "en/c.txt", "d/fr/e.fr.md", "d/en/e.en.md"]
    found = hints([*names, "f.fr.txt", "f.txt", "g.txt", "fr/h.txt", "en/i.txt", "j/fr.txt", "j/en.txt"])
    assert dict(found) == {
        "a.fr.txt": ("a.en.txt",),
        "a.en.txt": ("a.fr.txt",),
        "b_fr.txt": ("b_en.docx",),
        "b_en.docx": ("b_fr.txt",),
        "fr/c.txt": ("en/c.txt",),
        "en/c.txt": ("fr/c.txt",),
        "d/fr/e.fr.md": ("d/en/e.en.md",),
        "d/en/e.en.md": ("d/fr/e.fr.md",),
        "j/fr.txt": ("j/en.txt",),
        "j/en.txt": ("j/fr.txt",),
    }
