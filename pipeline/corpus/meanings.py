"""What the numbers behind a score mean, in words: one table for the command line and the pages.

Stages may measure something new at any time: a measure that has no entry here is shown by its name alone.
"""

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "similarity": "how near the two sides' vectors are: 1 the same meaning, about 0 unrelated",
    "margin": "how much nearer they are to each other than to what else could face them: 1 as near, 2 twice as near",
    "contrast": "how much nearer they are to each other than to the sentences beside; 0 or less is doubtful",
    "bound": "1: people made or confirmed it, and the aligner was bound to it",
    "leak": "the weight of words that find a counterpart only just outside: 0 none; above 3 it may be cut wrongly",
    "open": "how far the text goes on after it: a pause at its end, a small letter after it; 0 not at all",
    "unbalanced": "how many sides leave a bracket open, or close one: 0 neither",
    "length": "how far the lengths are from what this pair of texts leads one to expect: 0 just as expected",
    "best": "how near the nearest sentence opposite is, for a sentence that was left without a counterpart",
    "words": "how much of the words' meaning is found again opposite, rare words counting more: 1 all, 0 none",
    "numbers": "how many numbers of either side the other lacks: 0 none",
    "names": "how many names of either side the other lacks: 0 none",
    "agreeing": "how many numbers, dates and places stand on both sides, 3 at most",
    "conflicting": "in how many numbers, dates and places the two sides contradict each other, 2 at most: 0 none",
    "stretch": "how well the passages around this one face each other, too",
    "log_probability": "the engine's mean log-probability of a token: 0 sure, below -1 it was guessing",
    "log_odds": "the score as log odds, before verdicts on this engine's translations shift it: 0 is one half",
    "coverage_left": "the part of the left document that has a counterpart",
    "coverage_right": "the part of the right document that has a counterpart",
    "order": "the part of the counterparts that come in the same order",
    "local_order": "how often the next counterpart follows soon: 1 always, even where whole sections are elsewhere",
    "ahead": "how much nearer they are than either is to the best other document; 0 or less: another is as near",
    "within": "the part of the document's segments that stand in passages which translate each other",
    "topic": "how near the two documents' mean vectors are, which tells the same subject from another",
    "hint": "1 where a manifest or the names of the files say that they translate each other",
}

ALONE = "the probability that nothing faces these sentences, given that the two documents do"
SCORES: Mapping[str, str] = {
    "bitext": "the probability that just these sentences face each other, given that the two documents do",
    "passage": "how sure it is, from 0 to 1, that the two say the same",
    "related": "how sure it is, from 0 to 1, that both tell of the same event, of which they say different things",
    "translation": "the probability that the translation is usable: near to what a person would write",
    "review": "1, because a reviewer put these sentences together",
    "import": "the probability that the two sides translate each other, or what the imported file says of it",
}


def source_of_score(kind: str, stage: str) -> str:
    """The key in SCORES: the kind of a pair, unless the stage that made it gives scores of its own.

    >>> source_of_score("bitext", "align"), source_of_score("bitext", "review")
    ('bitext', 'review')
    """
    return stage if stage in SCORES else kind


def explain(features: Mapping[str, float]) -> dict[str, dict[str, object]]:
    """Each measure with its value and what it means, in the order given.

    >>> explain({"order": 0.9, "novelty": 1.0})["novelty"]
    {'value': 1.0, 'means': ''}
    """
    return {name: {"value": value, "means": MEANINGS.get(name, "")} for name, value in features.items()}
