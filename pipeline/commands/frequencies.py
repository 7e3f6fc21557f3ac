"""Frequency lists and keywords: which words a corpus has, and which set one part of it apart."""

from dataclasses import replace

import click

from db.place import PlainConnection as Connection
from pipeline.commands.common import Number, tell
from pipeline.commands.search import asking
from pipeline.commands.view import View, viewing
from pipeline.search import subcorpora
from pipeline.search.concordance import Question
from pipeline.search.subcorpora import DIMENSIONS, Keyword, Ngram, Units

SECONDS = 600.0  # that reading a whole corpus may take
SURE = 10.83  # G2 that chance reaches in one case of a thousand
PARTS = tuple(name for name in DIMENSIONS if name != "language")  # words are compared within one language
LIMIT = click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many lines."
)
LEAST = click.option(
    "--min-count", "least", type=click.IntRange(1), default=3, show_default=True, help="Rarer ones are left out."
)


@click.command("ngrams")
@click.option(
    "--size", type=click.IntRange(1, 10), default=2, show_default=True, help="Words in a row; 1: a word list."
)
@LEAST
@LIMIT
@viewing
@asking
def list_ngrams(view: View, question: Question, size: int, least: int, limit: int) -> None:
    """The most frequent runs of words (n-grams) within segments, with the share of a million and how evenly they occur.

    In one language: that of most words, unless --lang says. What people wrote is counted; with --origin machine, its
    translations. With --lemma, words are counted by their headwords. DP (Gries 2008, normalised) is 0 for what is
    spread evenly over the documents, near 1 for what one small document has alone.
    """
    view.guard()
    with view.reading(SECONDS) as connection:
        narrowed = _in_one_language(connection, question)
        rows = subcorpora.ngrams(connection, narrowed, Units(size, question.inflected), least, limit)
    view.rows(Ngram._fields, rows)
    if not rows:
        tell("Nothing is that frequent; --min-count asks for less.")


@click.command("keywords")
@click.option("--by", type=click.Choice(PARTS), required=True, help="What makes a part of the corpus.")
@click.option("--of", "subcorpus", metavar="NAME", help="Only words of this part: a year, an outlet ...")
@click.option("--against", "reference", metavar="NAME", help="Compared with this part, not with all the others.")
@click.option("--size", type=click.IntRange(1, 10), default=1, show_default=True, help="Words in a row.")
@click.option(
    "--min-g2", "sure", type=Number(0), default=SURE, show_default=True, help="Only what is at least so sure."
)
@LEAST
@LIMIT
@viewing
@asking
def list_keywords(  # noqa: PLR0913, PLR0917 -- one a flag
    view: View,
    question: Question,
    by: str,
    subcorpus: str | None,
    reference: str | None,
    size: int,
    sure: float,
    least: int,
    limit: int,
) -> None:
    """Words that one part of the corpus has more often than the others, or than another, the surest first.

    g2 is the log-likelihood ratio (Dunning 1993; Rayson and Garside 2000): 10.83 is chance in one case of a thousand,
    for each word by itself. log_ratio (Hardie 2014) says how much: 1 is twice as often, 2 four times. In one language:
    that of most words, unless --lang says. With --lemma, words are counted by their headwords.
    """
    view.guard()
    with view.reading(SECONDS) as connection:
        narrowed = _in_one_language(connection, question)
        rows = subcorpora.keywords(connection, narrowed, by, (subcorpus, reference), Units(size, question.inflected))
    good = [row for row in rows if row.g2 >= sure and row.occurrences >= least]
    view.rows((by, *Keyword._fields[1:]), [row._replace(subcorpus=row.subcorpus or f"no {by}") for row in good[:limit]])
    if len(good) > limit:
        tell(f"{limit} of {len(good):,} lines; --limit shows more.")
    elif not good:
        tell("No word is that sure; --min-g2 and --min-count ask for less.")


def _in_one_language(connection: Connection, question: Question) -> Question:
    language = subcorpora.main_language(connection, question)
    if language != question.language:
        tell(f"In {language}, which most of the words are in; --lang chooses another language.")
    return replace(question, language=language, inflected=False)
