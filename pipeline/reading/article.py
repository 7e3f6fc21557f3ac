"""Which lines of a page are its article: those that trafilatura extracts, and what stands among them and is no menu.

trafilatura gives its text without headings, dates and cells on many pages, so its text only says *where* the article
is: the smallest element that holds nearly all of it. Of that element everything is read but navigation, controls and
notices, which show by their elements, roles, names and by being made of links.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.reading.extract import Passage
from pipeline.reading.tree import HEADINGS, SEPARATOR, Node, Tree

NEARLY_ALL = 0.9  # of the extracted words: the smallest element with so many is the article's
SHARED_TRIPLES = 0.6  # of a line's word triples: if so many stand in what was extracted, the line was
SUBSTANTIAL = 0.1  # of the extracted words: an element that holds more is no menu, whatever its name
DENSE = 0.6  # of the characters: a list or a box with so many in links is navigation
MOST_OPTIONS = 30  # of a choice: more are a list of countries or of years
UNEXPLAINED = 0.25  # of the words: if so many are outside the article without being navigation, they are read, too

_NAVIGATION = re.compile(
    r"""(?:^|[\s=_-])(?:nav|navbar|navigation|menu|breadcrumbs?|cookies?|consent|gdpr|share|sharing|social|related|
    newsletters?|subscribe|comments?|commentlist|respond|sidebar|pagination|pager|skip|skiplinks?|advert\w*|ads?|popup|
    modal|promo|sponsor\w*|login|signin|search|footer|masthead|topbar|banner|toolbar|editsection|complementary|
    contentinfo|navbox|catlinks|printfooter|recommend\w*|language-?switch\w*|lang-?switch\w*)s?(?=$|[\s_-])""",
    re.IGNORECASE | re.VERBOSE,
)
_CONTENT = re.compile(r"(?:role=main|id=(?:main|content|main-?content|contenu|article|bodycontent))\b", re.IGNORECASE)
_PANEL = re.compile(r"\b(?:tab|tabs|tabpanel|panel|pane|accordion|collaps\w*|details|toggle)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")


class Article:
    """The lines of a page sorted into the article and what surrounds it, by the text that trafilatura extracted."""

    def __init__(self, tree: Tree, extracted: str) -> None:
        self.lines = [line for line in tree.lines if line.text != SEPARATOR]
        self.nodes = tree.nodes or [Node(-1, "body", "")]
        self.size = len(extracted.strip())
        words = [tuple(_WORD.findall(line.text.casefold())) for line in self.lines]
        self.counts = [len(row) for row in words]
        self.matches = _match(words, extracted)
        self.matched = self._sum(count * match for count, match in zip(self.counts, self.matches, strict=True))
        self.chosen = self._choose()

    def passages(self) -> list[Passage]:
        """What is read, in the order of the page."""
        return [(line.text, line.markup) for line, chosen in zip(self.lines, self.chosen, strict=True) if chosen]

    def left_out(self) -> float:
        """The share of the page's words that is not read."""
        return 1 - self._words(self.chosen) / (sum(self.counts) or 1)

    def _choose(self) -> list[bool]:
        """For each line whether it is read: all that is no navigation, where the article alone would lose much."""
        inside = self._inside(self._root())
        residue = self._residue(inside)
        text = [not residue[line.node] for line in self.lines]
        article = [
            match or (plain and inside[line.node])
            for line, match, plain in zip(self.lines, self.matches, text, strict=True)
        ]
        everything = [chosen or plain for chosen, plain in zip(article, text, strict=True)]
        lost = 1 - self._words(article) / (self._words(everything) or 1)
        return everything if lost > UNEXPLAINED else article

    def _words(self, chosen: Sequence[bool]) -> int:
        return sum(count for count, chose in zip(self.counts, chosen, strict=True) if chose)

    def _sum(self, values: Iterable[int]) -> list[int]:
        """For each node the sum of ``values``, one a line, over the lines in it and below it."""
        sums = [0] * len(self.nodes)
        for line, value in zip(self.lines, values, strict=True):
            sums[max(line.node, 0)] += value
        for index in range(len(sums) - 1, 0, -1):
            parent = self.nodes[index].parent
            if parent >= 0:
                sums[parent] += sums[index]
        return sums

    def _root(self) -> int:
        """The smallest element with nearly all that was extracted, or the main part of the page around it."""
        enough = NEARLY_ALL * self.matched[0]
        root = max((index for index, words in enumerate(self.matched) if words >= enough), default=0)
        above = root
        while above > 0:
            node = self.nodes[above]
            if node.name in ("main", "article") or _CONTENT.search(node.about):
                return above
            above = node.parent
        return root

    def _inside(self, root: int) -> list[bool]:
        inside = [False] * len(self.nodes)
        for index, node in enumerate(self.nodes):
            inside[index] = index == root or (node.parent >= 0 and inside[node.parent])
        return inside

    def _residue(self, inside: Sequence[bool]) -> list[bool]:
        """For each node whether it is, or stands in, navigation, a control, a notice or something hidden."""
        sizes = self._sum(len(line.text) for line in self.lines)
        linked = self._sum(line.linked for line in self.lines)
        links = self._sum(bool(line.linked) for line in self.lines)
        options = self._sum(self.nodes[line.node].name == "option" for line in self.lines)
        residue = [False] * len(self.nodes)
        for index, node in enumerate(self.nodes):
            dense = linked[index] > DENSE * sizes[index]
            edge = node.name in ("aside", "footer", "header") and (dense or not inside[index])
            endless = node.name == "select" and options[index] > MOST_OPTIONS
            listed = dense and links[index] >= 3 and not self.matched[index]
            shows = edge or endless or listed or self._is_navigation(node)
            substantial = self.matched[index] > SUBSTANTIAL * self.matched[0]
            residue[index] = (node.parent >= 0 and residue[node.parent]) or (shows and not substantial)
        return residue

    def _is_navigation(self, node: Node) -> bool:
        """Whether an element's name, role, class or state says that it is no text."""
        if node.name == "nav" or (node.hidden and not _PANEL.search(node.about)):
            return True
        if node.name == "button":
            around = self.nodes[node.parent].name if node.parent >= 0 else ""
            return around not in (*HEADINGS, "summary", "dt") and not _PANEL.search(node.about)
        return node.name not in ("html", "body", "main", "article") and bool(_NAVIGATION.search(node.about))


def _match(words: Sequence[tuple[str, ...]], text: str) -> list[bool]:
    """For each line whether it stands in ``text``: short ones as a line of it, longer ones by their word triples."""
    lines = {tuple(_WORD.findall(line)) for line in re.split(r"[\n|]", text.casefold())}
    triples = set(_triples(_WORD.findall(text.casefold())))
    return [
        row in lines
        or (len(row) > 2 and sum(map(triples.__contains__, _triples(row))) >= SHARED_TRIPLES * (len(row) - 2))
        for row in words
    ]


def _triples(words: Sequence[str]) -> list[int]:
    """Hashes of the runs of three words."""
    return [hash((*pair, third)) for pair, third in zip(pairwise(words), words[2:], strict=False)]
