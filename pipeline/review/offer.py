"""What people said before for a sentence like the one of a pair: offered where a machine's translation is judged."""

from dataclasses import dataclass

from db.place import Place
from db.queries_review import PairView
from db.reader import read_plainly
from pipeline.review import marking
from pipeline.review.card import readings
from pipeline.review.marking import TextEdit
from pipeline.search.memory import suggest

LEAST = 0.7  # alike, from which a pair is offered
LOOKED_AT = 4  # the pair itself may be among them


@dataclass(frozen=True, slots=True)
class Offer:
    """A confirmed pair whose source is like this one's. ``changes`` lead from its source to this one's."""

    id: str
    similarity: float
    changes: tuple[TextEdit, ...]
    facing: str

    @property
    def percent(self) -> int:
        """How much alike, rounded down."""
        return int(100 * self.similarity)


def remember(corpus: Place, view: PairView) -> Offer | None:
    """The confirmed pair nearest to a machine's translation that nobody has judged yet, if one is near enough."""
    row = view.alignment
    if row.kind != "translation" or view.verdicts or row.correction:
        return None
    sentence = readings(view)[0]
    with read_plainly(corpus) as connection:
        matches = suggest(connection, sentence, LEAST, LOOKED_AT)
    for match in matches:
        languages = (match.row.left_language, match.row.right_language)
        wanted = (row.left_language, row.right_language)
        if match.row.id != row.id and match.text == match.row.left and languages == wanted:
            return Offer(match.row.id, match.similarity, marking.edits(match.text, sentence), match.facing)
    return None
