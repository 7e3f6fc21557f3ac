"""Word lists for finding sentences in French and English: titles, abbreviations, words that begin sentences.

Closed classes and customary abbreviations only; no name of a person or a firm. Languages other than these two use both
lists of titles and the abbreviations that are international.
"""

import re
from functools import lru_cache

HEADLINE_CHARS = 130  # a headline is not longer
AFTER_HEADLINE_CHARS = 10  # and what follows it is a sentence, not a word or two

_TITLES = {
    "fr": "M MM Mr Mme Mmes Mlle Mlles Melle Me Mes Mgr Dr Drs Pr Prof Ste Sts Stes Vve Gén Col Cdt Cne Lt Adj",
    "en": "Mr Mrs Ms Messrs Mx Dr Drs Prof Rev Hon Fr Gen Maj Col Lt Capt Cmdr Sgt Cpl Pvt Adm Gov Sen Sens Rep Reps "
    "Pres Supt Det Insp Amb Msgr Mt Ft Dist Atty",
}
_SHARED_TITLES = "St M MM Mr Mme Dr Prof Gen Col Lt"
_ABBREVIATIONS = {
    "fr": "etc prof cf ex p.ex av apr env éd éds ed art al vol chap fig p pp n nos tél bd boul av pl rép dép "
    "hab min max "
    "réf sté éts cie janv févr juill sept oct nov déc adj sup inf suiv sq coll trad ibid "
    "op.cit loc.cit i.e c.-à-d c-à-d bull univ fac ann obs int ext r.-v s.a s.v.p p.-s av.j.-c apr.j.-c j.-c",
    "en": "etc prof cf e.g i.e eg ie vs v viz al ed eds vol vols no nos fig figs p pp ch sec art approx est "
    "dept univ assn "
    "inc co corp ltd plc llc bros jr sr esq ph.d m.d b.a m.a d.c u.s u.k u.n u.s.a e.u a.m p.m a.d b.c st ave blvd rd "
    "jan feb mar apr jun jul aug sep sept oct nov dec ext govt natl intl "
    "ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa tenn tex "
    "va vt wash wis wyo ala",
}
_NEVER_END = "e.g i.e eg ie cf vs viz p.ex c.-à-d c-à-d op.cit loc.cit"
_SHARED_ABBREVIATIONS = "etc cf vs p pp vol al art fig no nos ed inc ltd co corp jr sr u.s u.n u.k d.c"

_OPENERS_EN = (
    "The A An It He She They We I You This That These Those There Here But And Or So Yet If When While After Before "
    "Since As For From With Without By In On At To Of Under Over Into During Despite Although Though However Because "
    "Until Unless According Our His Her Their Its My Your What Why How Who Where Which Whose Once One Two Three Four "
    "Some Many Most Several All No Not Only Even Still Then Today Yesterday Tomorrow Meanwhile Instead Moreover Both "
    "Each Every Another Following Now Nor Nobody Nothing Everyone Everything Such Thus Therefore Indeed Perhaps Maybe "
    "Five Six Seven Eight Nine Ten Is Are Was Were Do Does Did Has Have Had Can Could Would Should Earlier Later "
    "Finally First Second It's He's "
    "She's They're We're I'm There's That's What's Let's Don't Didn't"
)
_OPENERS_FR = (
    "Le La Les Un Une Des Du De Il Elle Ils Elles On Ce Cette Ces Cet Ça Cela Ceci Je Nous Vous Tu Mais Et Ou Or Donc "
    "Car Si Quand Lorsque Après Avant Depuis Pour Par Dans En Au Aux À A Sur Sous Selon Avec Sans Son Sa Ses Leur "
    "Leurs Notre Nos Votre Vos Mon Ma Mes Qui Que Quel Quelle Quels Quelles Comment Pourquoi Où Tout Tous Toute Toutes "
    "Plusieurs Certains Certaines Aucun Aucune Chaque Deux Trois Quatre Ainsi Cependant Toutefois Pourtant Enfin Alors "
    "Puis Même Malgré Contrairement Grâce Hier Demain Actuellement Pendant Parmi Entre Comme Tandis Néanmoins Y Ne "
    "Ni Cela Celui Celle Ceux Celles Autre Autres Désormais Aujourd Parallèlement Face Faute Dès Étant Voici Voilà "
    "Lundi Mardi Mercredi Jeudi Vendredi Samedi Dimanche"
)
_ADVERBS = {
    "en": "Actually Additionally Apparently Certainly Clearly Consequently Curiously Currently Economically Eventually "
    "Finally Formerly Fortunately Frankly Generally Historically Hopefully Initially Interestingly Ironically Lately "
    "Luckily Naturally Normally Obviously Officially Oddly Originally Personally Politically Previously Recently Sadly "
    "Similarly Specifically Surprisingly Theoretically Traditionally Ultimately Undoubtedly Unfortunately "
    "Unsurprisingly Usually Furthermore Nevertheless Nonetheless Otherwise Overall Besides Likewise",
    "fr": "Apparemment Autrement Bizarrement Certainement Concrètement Curieusement Également Étonnamment Évidemment "
    "Finalement Généralement Globalement Habituellement Heureusement Historiquement Inversement Logiquement "
    "Malheureusement Naturellement Normalement Officiellement Récemment Seulement Traditionnellement Visiblement "
    "Auparavant Dorénavant Ensuite Toujours Jadis Naguère",
}
_ELIDED = [f"{head}{mark}" for head in ("L", "D", "C", "J", "S", "N", "M", "T", "Qu", "Lorsqu") for mark in "'’"]
_OPENERS = {
    "en": frozenset(_OPENERS_EN.split()),
    "fr": frozenset(_OPENERS_FR.split()) | frozenset(_ELIDED),
}
_ALL_OPENERS = _OPENERS["en"] | _OPENERS["fr"]

_SMALL = r"[^\W\d_A-ZÀ-ÖØ-Þ]"
# Between small letters and a capital these begin a sentence: inside one no name begins with them.
_BEFORE_NAME = {
    "en": "As If When While Although Because Since Despite However According But For From In On At After During Under "
    "Over With Without By Until Unless Both Every Some Many Most This These Those His Her Their Our Its It's That's",
    "fr": "Selon Après Avant Depuis Malgré Pendant Dans Chez Parmi Lorsque Quand Si Comme Mais Cependant Toutefois "
    "Cette Ces Cet Ce Son Sa Ses Leur Leurs Pour Avec Sans Entre",
}
_PREPOSITIONS = {
    "en": "In|On|At|For|After|Before|Since|According to",
    "fr": "En|À|Au|Selon|Après|Depuis|Pour|Dans|Pendant",
}
_ARTICLES = {"en": "The", "fr": "Le|La|Les"}
_PLACE = re.compile(r"\s(?:in|at|into|near|across|outside)(?:\s[A-Z][\w.-]+){1,3}\Z")  # and not a nickname
_QUOTATION = re.compile(r"«[^«»]+\s[^«»]+»|“[^“”]+\s[^“”]+”|\"[^\"]+\s[^\"]+\"")
_LABELLED = (
    "vitamin hepatitis influenza group plan level grade class type category team player point part section schedule "
    "model side option exhibit answer sample vitamine groupe niveau classe catégorie équipe joueur annexe partie étape"
)

# Too often part of a name or a label when a capital stands inside a sentence, or always written with a capital.
_NOT_AFTER_HEADLINE_WORDS = "A I De Du Or First Second One Face I'm Y Only Not Even Still Yet Instead"
_NOT_AFTER_HEADLINE = frozenset(_NOT_AFTER_HEADLINE_WORDS.split())
_AFTER_NAME_WORDS = (
    "The This These There They According However It So Their Our Its Although Because Despite Several Four Five Six "
    "Seven Eight Nine Ten Here Le La Les Des L' L’ Cette Elle Elles Selon Après Depuis Malgré Dans Cependant "
    "Actuellement Lorsque C' C’"
)
_AFTER_NAME = frozenset(_AFTER_NAME_WORDS.split())
_EXPECTS_MORE_WORDS = (
    "a an the of in on at to for from with by and or nor but as than that which who his her its their our my your this "
    "film movie novel book song album series magazine newspaper daily paper called titled entitled named show play "
    "le la les un une des du de d à au aux en dans sur sous par pour avec sans et ou ni mais que qui dont son sa ses "
    "leur leurs notre ce cette ces roman livre chanson titre série revue journal quotidien hebdomadaire mensuel "
    "intitulé intitulée nommé nommée appelé appelée baptisé chez vers selon entre journaux pièce"
)
_EXPECTS_MORE = frozenset(_EXPECTS_MORE_WORDS.split()) | frozenset(_LABELLED.split())
_DANGLING_WORDS = "about at by for from in of off on over to up with without"  # can end a headline, not a clause
_DANGLING = frozenset(_DANGLING_WORDS.split())

REPORTING_VERB = (
    r"(?:said|says|asked|asks|replied|told|added|answered|wrote|wondered|shouted|cried|explained|"
    r"dit|demande|demanda|répond|répondit|lance|lança|ajoute|écrit|explique|déclare|s'exclame)"
)


def is_title(word: str, language: str) -> bool:
    """Whether ``word`` (without its stop) is a title that stands before a name.

    >>> is_title("Mme", "fr"), is_title("Mme", "de"), is_title("Gouv", "fr")
    (True, True, False)
    """
    return word in _words(_TITLES.get(language, _SHARED_TITLES))


def abbreviation(word: str, language: str) -> bool:
    """Whether ``word`` (without its last stop) is an abbreviation in ``language``.

    >>> abbreviation("etc", "en"), abbreviation("janv", "fr"), abbreviation("sun", "fr")
    (True, True, False)
    """
    return word not in _AMBIGUOUS and before_number(word, language)


def never_ends(word: str) -> bool:
    """Whether ``word`` is an abbreviation that something always follows.

    >>> never_ends("e.g"), never_ends("etc")
    (True, False)
    """
    return word.lower() in _words(_NEVER_END)


def before_number(word: str, language: str) -> bool:
    """Whether ``word`` is an abbreviation where a number follows it.

    >>> before_number("no", "en"), abbreviation("no", "en")
    (True, False)
    """
    return word.lower() in _words(_ABBREVIATIONS.get(language, _SHARED_ABBREVIATIONS)) or is_title(word, language)


def opens(word: str, language: str) -> bool:
    """Whether ``word``, written with a capital, begins sentences rather than names.

    >>> opens("The", "en"), opens("Un", "en"), opens("Un", "fr"), opens("Durand", "fr")
    (True, False, True, False)
    """
    return word in _OPENERS.get(language, _ALL_OPENERS)


def follows_headline(head: str, opener: str, cue: str) -> bool:
    """Whether ``opener`` can begin the sentence after the headline ``head``. ``cue`` is the group of the pattern.

    After a capital only unmistakable words can: a short one may be a syllable of a name or part of a title.

    >>> [follows_headline(*one) for one in (("Oil prices", "Un", "plain"), ("Kim Jong", "Un", "plain"))]
    [True, False]
    >>> [follows_headline(*one, "article") for one in (("Court Cuts Terms", "The"), ("Gone With", "The"))]
    [True, False]
    """
    last = head.rsplit(maxsplit=1)[-1].strip("\"'’«»“”()")
    if _QUOTATION.fullmatch(head):
        return True
    if opener == "The" and last in _DANGLING and cue == "plain":
        return True
    if last.lower() in _EXPECTS_MORE:
        return False
    if cue == "article":
        return head.endswith(")") or bool(opener == "The" and (_PLACE.search(head) or _in_title_case(head)))
    if not last[:1].isupper():
        return True
    return cue != "name" and (opener in _AFTER_NAME or cue == "phrase" or _in_title_case(head))


def _in_title_case(head: str) -> bool:
    """Whether all its long words, two at least, have a capital: ``Court Cuts Terms for Three``."""
    words = [word for word in head.split() if len(word) > 4]
    return head.count(" ") > 1 and len(words) > 1 and all(word[0].isupper() for word in words)


@lru_cache(maxsize=16)
def headline_openers(language: str) -> str:
    """A pattern of words, and what must follow them, that can begin the sentence after a headline without a stop."""
    openers = _OPENERS.get(language, frozenset()) - _NOT_AFTER_HEADLINE
    plain = sorted(word for word in openers if word[-1] not in "'’")
    elided = sorted(word[:-1] for word in openers if word[-1] in "'’" and word[0] not in "DMTSN")
    article = "|A(?=\\s)" if language == "en" else ""
    return (
        rf"(?P<plain>{'|'.join(plain) or '(?!)'}{article})(?=,?\s+{_SMALL})"
        rf"|(?P<elided>(?:{'|'.join(elided) or '(?!)'})['’])(?={_SMALL})"
        rf"|(?P<phrase>{_PREPOSITIONS.get(language, '(?!)')})(?=\s[^\W\d_]\w+,\s)"
        rf"|(?P<adverb>{_either(_ADVERBS, language)})(?=,\s)"
        rf"|(?P<article>{_ARTICLES.get(language, '(?!)')})(?=\s[A-ZÀ-Þ])"
        rf"|(?P<name>{_either(_BEFORE_NAME, language)})(?=\s[^\W\d_]\w)"
    )


def _either(words: dict[str, str], language: str) -> str:
    return words.get(language, "(?!)").replace(" ", "|")


# Whole words more often than abbreviations; as abbreviations they are written with a capital or not at all.
_AMBIGUOUS_WORDS = "no art mar max min fig ch ed v ill la pa mass miss wash del ore sup ann n ind dim int lid"
_AMBIGUOUS = frozenset(_AMBIGUOUS_WORDS.split())


@lru_cache(maxsize=16)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())
