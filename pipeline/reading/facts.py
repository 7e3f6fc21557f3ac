"""Facts about a text under the names that French and English files give them: columns, keys, front matter."""

from collections.abc import Mapping

from pipeline.reading.extract import Facts, iso_date, phrase

NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "titre", "headline"),
    "date": ("date", "published", "published_at", "pubdate", "publie_le", "date_publication"),
    "outlet": ("outlet", "publisher", "site", "journal", "media", "newspaper", "publication"),
    "author": ("author", "authors", "auteur", "auteurs", "byline"),
    "url": ("url", "link", "lien", "canonical", "permalink"),
    "licence": ("licence", "license", "rights", "droits"),
    "language": ("language", "lang", "langue"),
}


def named_facts(values: Mapping[str, object]) -> Facts:
    """Facts out of columns or keys."""
    url = phrase(named(values, "url"), 2000)
    return Facts(
        title=phrase(_text(named(values, "title"))),
        date=iso_date(named(values, "date")),
        outlet=phrase(_text(named(values, "outlet"))),
        author=phrase(_text(named(values, "author"))),
        url=url if url and "://" in url else None,
        licence=phrase(_text(named(values, "licence"))),
    )


def named(values: Mapping[str, object], fact: str) -> object:
    """The first value that is filled under one of the names of a fact."""
    folded = {str(key).strip().casefold().replace("é", "e"): value for key, value in values.items()}
    return next((folded[name] for name in NAMES[fact] if folded.get(name)), None)


def _text(value: object) -> object:
    """Names of several people in one line; of a person as a record, the name."""
    if isinstance(value, list):
        return ", ".join(str(_text(item)) for item in value)
    return value.get("name", "") if isinstance(value, Mapping) else value
