"""What is no text of the author's: one ordered table of kinds of lines, with patterns whose examples are tested.

Most is what web pages leave behind when their text is copied; some is program text (role ``code``), some the captions
of photographs, which are text but for the name of the agency that shows what they are (role ``caption``).

A pattern must match a whole line (after ``normal``), so that a sentence which only mentions a newsletter is never
taken for one. ``Strength`` says how much more is needed: some lines are residue wherever they stand, some only at the
edges of a document or in company, some only in company.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from pipeline.language.knowledge import either, patterns_of_all, words_of_all
from pipeline.records import Role

LONGEST = 600  # characters; a longer line is never residue


class Strength(IntEnum):
    """How much evidence besides its words a line needs before it counts as residue."""

    WEAK = 1  # only beside a line of another kind that is itself residue: "Total", "0"
    EDGE = 2  # at the head or foot of a document, or in company: "Share", "Published"
    SURE = 3  # anywhere


@dataclass(frozen=True, slots=True)
class Residue:
    """A kind of residue: a name, the strength, the pattern (on a normalised line) of what belongs to no language, with
    examples, and the role that it gives."""

    name: str
    strength: Strength
    pattern: str = ""
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    cased: str = ""  # a second pattern, which the line as written must match too
    role: Role = "boilerplate"


_AGENCY = (
    r"\b(?:afp|reuters|ap|ap photo|associated press|epa|getty(?: images)?|sipa(?: press)?|belga|dpa|ansa|kcna|tass|"
    r"xinhua|shutterstock|istock|unsplash|abacapress|abaca|hans lucas|maxppp|bestimage|wikimedia(?: commons)?|"
    r"creative commons|pexels|pixabay|flickr|adobe stock|alamy|magnum)\b"
)
_NETWORK = (
    r"facebook|twitter|x|linkedin|whats\s?app|telegram|instagram|pinterest|reddit|tik\s?tok|youtube|bluesky|threads|"
    r"mastodon|messenger|sms|pocket|tumblr|flipboard"
)

# In this order: a line is of the first kind that fits. What French and English pages say stands under the same names in
# the section residue of fr.toml and en.toml; here is what is no language's.
TABLE: tuple[Residue, ...] = (
    Residue("comment_form", Strength.SURE),
    Residue("share", Strength.SURE),
    Residue("share_word", Strength.EDGE, r"{network}(?: ?:| ?[:(]? ?\d+\)?)?", ("Facebook",), ("Facebook a répondu",)),
    Residue("counter", Strength.WEAK, r"\d{1,3}(?:[.,]\d)? ?[km]?|[+-]|\d+ ?/ ?\d+", ("0", "1.2k"), ("1950",)),
    Residue("reading_time", Strength.SURE),
    Residue(
        "published",
        Strength.EDGE,
        r"{date}(?: ?[,–|-]? ?\d{1,2} ?[h:] ?\d{0,2}.{0,12})?",
        ("12/05/2024", "2024-05-12 10:30"),
        ("12 boats of 2024",),
    ),
    Residue(
        "byline",
        Strength.EDGE,
        r"{by}(?: ?:? (?:[\w.'-]+ ?,? ?){1,6}(?: {with} .{2,40})?)?",
        ("By Jane Smith", "Par Jean Dupont avec AFP", "La rédaction"),
        ("By and large, the reform which they had wanted for ten years has failed.", "Par une belle nuit"),
        r"\W*(?i:{by})\s?:?(?:\s(?:[A-ZÀ-Þ][\w'’.-]*|d[eu]|l[ae]|v[ao]n|{and}|{with}|/|\|),?)*",
    ),
    Residue("read_also", Strength.SURE),
    Residue("newsletter", Strength.SURE),
    Residue("subscribe", Strength.EDGE),
    Residue("cookies", Strength.SURE),
    Residue(
        "copyright",
        Strength.SURE,
        r"(?:©|(?:©|\(c\)|copyright) ?(?:©|\(c\)|[^.]{0,40}\d{4})).{0,160}|.{0,40} ?© ?(?:\d{4}|[\w .]{2,40})",
        ("© 2024 La Feuille",),
        ("Copyright law is changing.", "(c) the third condition applies"),
    ),
    Residue(
        "contact",
        Strength.SURE,
        r"\[email protected\]|\S{1,60}@\S{2,60}\.\w{2,10}",
        ("[email protected]", "redaction@example.org"),
        ("The sign @ is old",),
    ),
    Residue(
        "source",
        Strength.SURE,
        r"source ?:? (?:site|url|article)[ -]?\S{0,60}|(?:(?:source|via|url) ?:? ?)?(?:https?://|www\.)\S+",
        ("source site-29", "Source: https://example.org/a"),
        ("The source said that the site was empty.",),
    ),
    Residue("syndicated", Strength.EDGE),
    Residue(
        "credit",
        Strength.SURE,
        r"(?:[\w.' -]{2,40} ?/ ?)?{agency}(?: ?/ ?[\w.' -]{2,40})?",
        ("Getty Images", "Jeanne Martin / AFP"),
        ("The minister resigned on Monday (AFP).",),
    ),
    Residue(
        "caption",
        Strength.SURE,
        r".{5,400}\((?:[^()]{1,60}[ /,-]+)?{agency}(?: ?/ ?[^()]{2,60}| (?:photo|via) ?[^()]{0,60})\) ?\.?"
        r"|.{5,400}\((?:[^()]{1,60}(?: ?/ ?| via | photo ?/? ?)){agency}[^()]{0,30}\) ?\.?"
        r"|.{5,400}(?:©|\| ?|photo ?:) ?[^.()]{0,40}{agency}[^.()]{0,30}",
        ("Les rameurs sur le vieux quai, lundi. (Jeanne Martin/AFP)",),
        ("The minister resigned on Monday (AFP).",),
        role="caption",
    ),
    Residue(
        "dated_caption",
        Strength.WEAK,
        r"[^.!?]{10,180}\((?:\w+ )?(?:{date}|\w+ \d{4})\) ?\.?",
        ("The mayor greets the rowers on the quay (April 3, 2017).", "Le maire salue les rameurs (3 avril 2017)."),
        ("The mayor greets the rowers. They wave (April 3, 2017).",),
    ),
    Residue(
        "capital_credit",
        Strength.EDGE,
        r".{20,400}[.!?…] ?\([^()/]{2,40}(?: ?/ ?| via )[^()]{2,60}\) ?\.?",
        ("The river at its lowest, seen from the bridge. (JANE DOE / AGENCE DU LAC)",),
        ("The river is at its lowest this year. (See page 3 / annex)",),
        r".*\([^()a-zß-öø-ÿ]{5,}\)\s*\.?",
        role="caption",
    ),
    Residue("navigation", Strength.EDGE),
    Residue("tags", Strength.EDGE, r"(?:#\w+[ ,]*)+", ("#bees #honey",), ("# bees",)),
    Residue("slogan", Strength.EDGE),
    Residue(
        "prompt",
        Strength.SURE,
        r"(?:\$|>>>|\.\.\.|ps [a-z]:\\[^>]*>|[a-z]:\\[^>]*>|[\w.-]+@[\w.-]+:\S*[$#]) ?(?![\d\s]).+",
        ("$ cp notes.txt archive/", ">>> print(total)", "C:\\Users> dir", "ada@harbour:~$ ls"),
        ("$ 5,000 was paid.", "... and then he left.", ">> See below"),
        r"(?:\$ |>>> |\.\.\. (?=.*[()=:]\Z)|PS |[A-Z]:\\|[\w.-]+@).*",
        "code",
    ),
    Residue(
        "markup",
        Strength.SURE,
        r"(?:<[^<>]{1,300}>[^<>]{0,40}){0,20}<[^<>]{1,300}>",
        ("<li>...</li>", "</ul>", '<a href="#top">Back to top</a>', "<!DOCTYPE html>"),
        (
            "<The bridge is closed since Monday>",
            "2 < 3 and 4 > 3",
            "<p>A whole paragraph that somebody wrote by hand.</p>",
        ),
        r"(?:</?[A-Za-z][\w:-]*(?:\s[^<>]*=[^<>]*|\s*/?)>|<![^<>]*>|<\?[^<>]*>).*",
        "code",
    ),
    Residue(
        "command",
        Strength.SURE,
        r"(?:sudo )?(?:git|npm|npx|yarn|pip3?|python3?|docker|kubectl|apt(?:-get)?|brew|curl|wget|chmod|chown|mkdir|ssh"
        r"|scp|rsync|tar|grep|sed|awk|systemctl|make|cargo|conda|cd|ls|cp|mv|rm|cat|echo|export)"
        r"(?: [a-z][\w-]*){0,2}(?: (?:-{1,2}[a-z][\w-]*(?:=\S+)?|[\w~-]*[/\\:@=.][\w./\\:@=~-]*[\w/]|\"[^\"]*\"|'[^']*'"
        r"|[0-9a-f]{7,40})){1,20}",
        ("git commit -m 'First version'", "cp notes.txt archive/notes.txt", "pip install --upgrade ./package"),
        ("git commit records the changes.", "make it clear to all of them", "Make a list: apples, pears"),
        r"[a-z].*",
        "code",
    ),
    Residue(
        "statement",
        Strength.SURE,
        r"from [\w.]+ import .{1,120}|import \w+(?:\.\w+)+;?|import \w+ as \w+"
        r"|(?:def|function|async function|fn|func) \w+ ?\([^()]{0,120}\).{0,40}"
        r"|(?:public |private |protected |static |export )*(?:class|struct|interface|enum) \w+[^.!?]{0,60}\{"
        r"|(?:public|private|protected|static) .{1,80}[({;]"
        r"|(?:const|let|var|int|float|double|char|bool|string) \w+ ?= ?.{1,120};?"
        r"|(?:return|throw|raise) [\w.()\[\]\"'+*/ -]{1,60};"
        r"|\w+(?:\.\w+)+ ?\(.{0,120}\);?|\w+\((?:[\"'].{0,120}|)\);?"
        r"|[\w.\[\]]+ ?(?::=|\+=|=) ?(?:[\w.]+\(.{0,100}\)|[\[{\"'\d].{0,100});?"
        r"|#include [<\"].{1,60}[>\"]|(?:if|for|while|switch) ?\([^()]{1,100}\) ?\{?|\} ?(?:else.{0,40}\{?|;)?"
        r"|select .{1,200} from [\w.\"]+(?: (?:where|join|order|group|limit)\b.{0,200})?;",
        (
            "from harbour import tides",
            "def count(boats):",
            "public class Harbour {",
            "let boats = tides.map(read);",
            "return total + 1;",
            "harbour.open(8)",
            'print("Ahoy")',
            "for (int i = 0; i < 9; i++) {",
            "select name from boats where length > 9;",
        ),
        (
            "From Paris the import was stopped",
            "Élu(e)",
            "PIB = produit intérieur brut",
            "The class struggle: a history",
            "Select one from these boats",
            "Import duties rise",
            "Public works (see the annex",
            "If (and only if) it rains",
        ),
        role="code",
    ),
    Residue("transcriber", Strength.EDGE),
)


def ends_head(line: str) -> bool:
    """Whether the line ends a library's notice before a book, to which it belongs.

    >>> ends_head("*** START OF THE PROJECT GUTENBERG EBOOK 1234 ***"), ends_head("*** START OF THE STORY ***")
    (True, False)
    """
    return bool(_notice("head_ends").fullmatch(line.strip()))


def begins_foot(line: str) -> bool:
    """Whether the line begins a library's notice and licence after a book.

    >>> begins_foot("*** END OF THIS PROJECT GUTENBERG EBOOK A HARBOUR ***"), begins_foot("The end")
    (True, False)
    """
    return bool(_notice("foot_begins").fullmatch(line.strip()))


def normal(line: str) -> str:
    """A line as the patterns expect it: small letters, straight apostrophes, single spaces, no bullets around.

    >>> normal("  ► Partagez  l’article »")
    "partagez l'article"
    """
    plain = " ".join(line.casefold().replace("’", "'").split())
    return plain.strip("•·►▶▸→←»«›‹|–—_ ").lstrip("- ")


def kind(line: str) -> Residue | None:
    """The first kind of residue whose pattern matches the whole line, or None.

    >>> [found.name if (found := kind(line)) else None for line in ("Share", "Reading time: 5 min", "The share rose.")]
    ['share_word', 'reading_time', None]
    """
    if len(line) > LONGEST:
        return None
    match = _pattern().fullmatch(normal(line))
    residue = _by_name()[match.lastgroup] if match and match.lastgroup else None
    return residue if residue and re.fullmatch(_filled(residue.cased) or r"(?s:.*)", line.strip()) else None


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{residue.name}>{_whole_pattern(residue)})" for residue in TABLE))


def _whole_pattern(residue: Residue) -> str:
    """A kind's own pattern and those of each language."""
    patterns = ([residue.pattern] if residue.pattern else []) + [*patterns_of_all("residue", residue.name)]
    return "|".join(map(_filled, patterns))


@cache
def _filled(pattern: str) -> str:
    """A pattern with what stands in it by name."""
    return re.sub(r"\{([a-z]+)\}", lambda match: f"(?:{_named(match[1])})", pattern)


@cache
def _named(name: str) -> str:
    match name:
        case "date":
            day = rf"\d{{1,2}}(?:{either(words_of_all('numbers', 'ordinal_endings'))})?"
            return rf"{day}[ /.-]\w+\.?,?[ /.-]\d{{2,4}}|\w+\.? \d{{1,2}},? \d{{4}}|\d{{4}}-\d\d-\d\d"
        case "agency":
            return _AGENCY
        case "network":
            return f"{_NETWORK}|{either(words_of_all('residue_words', name))}"
        case "and":
            return either(words_of_all("identification", "name_conjunctions"))
    return either(words_of_all("residue_words", name))


@cache
def _notice(name: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns_of_all("notices", name)), re.IGNORECASE)


@cache
def _by_name() -> dict[str, Residue]:
    return {residue.name: residue for residue in TABLE}
