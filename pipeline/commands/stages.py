"""The stages over single texts as filters: each can be used and measured alone, without a corpus."""

import os
from pathlib import Path

import click

from pipeline import config as configuration
from pipeline.commands import filters
from pipeline.commands.common import FILE, OUTPUT, PATH, read_bytes, read_lines, tell, writing
from pipeline.config import Config
from pipeline.translation import choose


@click.command()
@FILE
@OUTPUT
@click.pass_obj
def detect(config: Config, file: Path, output: Path | None) -> None:
    """One segment a line in; language, confidence and text out, with tabs."""
    with writing(output) as out:
        for language, line in filters.detect(read_lines(file), config):
            out.write(f"{language.code}\t{language.confidence:.3f}\t{line}\n")


@click.command()
@FILE
@click.option("--lang", help="Language of the document (default: detected block by block).")
@OUTPUT
@click.pass_obj
def segment(config: Config, file: Path, lang: str | None, output: Path | None) -> None:
    """A document in, one sentence a line out."""
    with writing(output) as out:
        out.writelines(f"{line}\n" for line in filters.segment(read_bytes(file), str(file), lang, config))


@click.command()
@FILE
@click.option("--from", "source", default="fr", show_default=True, help="Language of the lines.")
@click.option("--to", "target", default="en", show_default=True, help="Language to translate into.")
@click.option("--engine", type=click.Choice(choose.ENGINES), help="Default: the best that is at hand.")
@click.option("--glossary", type=PATH, help="Terms to use: French, a tab, English (default: glossary.tsv, if there).")
@OUTPUT
@click.pass_obj
def translate(  # noqa: PLR0913, PLR0917 -- one a flag
    config: Config,
    file: Path,
    source: str,
    target: str,
    engine: str | None,
    glossary: Path | None,
    output: Path | None,
) -> None:
    """One sentence a line in, one translation a line out."""
    flags = {"engine": engine, "glossary": str(glossary) if glossary else None}
    changes = {"source": source, "target": target} | {name: value for name, value in flags.items() if value}
    overlaid = configuration.overlay(config, {"translate": changes}, "the command line")
    listing = filters.agreed_terms(overlaid)
    for problem in listing.problems:
        tell(problem)
    found = filters.find_engine(overlaid, os.environ, listing.glossary)
    terms = f" Terms: {len(listing.glossary.terms):,} of {listing.file}." if listing.file else ""
    tell(f"Translating with {choose.described(found, overlaid)}.{terms}")
    with writing(output) as out:
        out.writelines(f"{line}\n" for line in filters.translate(read_lines(file), found, overlaid))
