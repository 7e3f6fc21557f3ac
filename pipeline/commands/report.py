"""The command that writes a corpus as one page."""

from pathlib import Path

import click

from pipeline.commands.common import CORPUS, OUTPUT, tell, writing
from pipeline.commands.database import reading
from pipeline.corpus.layout import guard
from pipeline.report import page


@click.command("report")
@CORPUS
@OUTPUT
def write_report(corpus: Path, output: Path | None) -> None:
    """Write the corpus as one self-contained HTML page, documents side by side."""
    if output:
        guard(output, corpus)
    with reading(corpus) as connection, writing(output) as out:
        for piece in page.render(connection):
            out.write(piece)
    if output:
        tell(f"{output}: open it in a browser.")
