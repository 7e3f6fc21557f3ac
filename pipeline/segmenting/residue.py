"""What is no text of the author's: one ordered table of kinds of lines, each with examples that are tested.

Most is what web pages leave behind when their text is copied; some is program text (role ``code``), some the captions
of photographs, which are text but for the name of the agency that shows what they are (role ``caption``).

A pattern must match a whole line (after ``normal``), so that a sentence which only mentions a newsletter is never
taken for one. ``Strength`` says how much more is needed: some lines are residue wherever they stand, some only at the
edges of a document or in company, some only in company.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from pipeline.records import Role

LONGEST = 600  # characters; a longer line is never residue


class Strength(IntEnum):
    """How much evidence besides its words a line needs before it counts as residue."""

    WEAK = 1  # only beside a line of another kind that is itself residue: "Total", "0"
    EDGE = 2  # at the head or foot of a document, or in company: "Share", "Published"
    SURE = 3  # anywhere


@dataclass(frozen=True, slots=True)
class Residue:
    """A kind of residue: a name, the strength, the pattern (on a normalised line), examples, and the role it gives."""

    name: str
    strength: Strength
    pattern: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...] = ()
    cased: str = ""  # a second pattern, which the line as written must match too
    role: Role = "boilerplate"


_DATE = r"(?:\d{1,2}(?:er|st|nd|rd|th)?[ /.-]\w+\.?,?[ /.-]\d{2,4}|\w+\.? \d{1,2},? \d{4}|\d{4}-\d\d-\d\d)"
_AGENCY = (
    r"\b(?:afp|reuters|ap|ap photo|associated press|epa|getty(?: images)?|sipa(?: press)?|belga|dpa|ansa|kcna|tass|"
    r"xinhua|shutterstock|istock|unsplash|abacapress|abaca|hans lucas|maxppp|bestimage|wikimedia(?: commons)?|"
    r"creative commons|pexels|pixabay|flickr|adobe stock|alamy|magnum)\b"
)
_NETWORK = (
    r"(?:facebook|twitter|x|linkedin|whats\s?app|telegram|instagram|pinterest|reddit|tik\s?tok|youtube"
    r"|bluesky|threads|mastodon|messenger|e-?mail|courriel|sms|pocket|tumblr|flipboard)"
)
_BY = (
    r"(?:by|par|texte de|propos recueillis par|de notre (?:correspondante?|envoyée? spéciale?)|from our correspondent"
    r"|written by|écrit par|rédigé par|traduit par|translated by|auteur|author|la rédaction)"
)

TABLE: tuple[Residue, ...] = (
    Residue(
        "comment_form",
        Strength.SURE,
        r"(?:laisser|laissez|poster|publier|ajouter) (?:un|votre|une) (?:commentaire|réponse)(?: annuler la réponse)?"
        r"|(?:annuler la réponse|répondre à .{1,40} annuler la réponse)"
        r"|(?:leave|post|write|add) (?:a|your) (?:comment|reply)(?: cancel reply)?|cancel reply"
        r"|(?:votre|ton) adresse (?:e-?mail|électronique|de messagerie|courriel) ne sera pas publiée.{0,80}"
        r"|your e-?mail address will not be published.{0,80}"
        r"|les champs obligatoires sont (?:indiqués|marqués).{0,30}"
        r"|required fields are (?:marked|indicated).{0,20}|(?:\* ?)?(?:champs? obligatoires?|required fields?) ?\*?"
        r"|(?:réagir|réagissez|réagis) (?:à (?:cet? |cette |l')(?:article|billet|texte|page|vidéo|actualité|sujet|post)"
        r"|ici)|(?:commenter|commentez) (?:cet? |cette |l')(?:article|billet|texte|page|vidéo|actualité|sujet|post)"
        r"|comment on this (?:article|story|post|page)|join the (?:discussion|conversation)|have your say"
        r"|(?:enregistrer|save) (?:mon nom|my name).{10,120}(?:commentaire|comment)"
        r"|(?:vous devez (?:être connecté|vous connecter)|you must be logged in) (?:pour|to).{0,40}",
        (
            "Laisser un commentaire",
            "Your email address will not be published. Required fields are marked *",
            "Réagir à ce billet",
            "Comment on this story",
        ),
        (
            "He declined to leave a comment on the matter.",
            "Le ministre n'a pas voulu laisser un commentaire.",
            "Réagir à cet article de loi demande du courage",
        ),
    ),
    Residue(
        "share",
        Strength.SURE,
        r"partage[rz]? (?:(?:ce(?:tte)?|cet|l') ?(?:post|article|page|contenu|publication|billet)|sur "
        + _NETWORK
        + r".{0,60})"
        r"|share (?:this|the)(?: (?:post|article|page|story|entry|video))?(?: (?:on|via) .{1,30}"
        r"| with (?:a )?friends?)?"
        r"|(?:share|tweet|partager|tweeter|envoyer) (?:on|via|by|par|sur) "
        + _NETWORK
        + r"|(?:suivez|retrouvez|rejoignez)[ -]nous (?:sur|aussi).{0,80}|follow us on.{0,80}"
        r"|(?:copier|copy) (?:le |the )?(?:lien|link)|(?:lien copié|link copied) ?!?"
        r"|(?:envoyer|send) (?:à un ami|to a friend)|(?:click|cliquez) (?:to|pour) (?:share|partager).{0,60}",
        ("Partagez ce post", "Share this article", "Partager sur Facebook", "Follow us on Twitter"),
        ("Share this burden with your neighbours, he told them.", "Partager cette page d'histoire prend du temps."),
    ),
    Residue(
        "share_word",
        Strength.EDGE,
        r"(?:shares?|partager|partagez|partages?|tweet(?:er)?|j'aime|like|likes|imprimer|print|envoyer|commenter|"
        r"commentaires?|comments?|follow|suivre|" + _NETWORK + r")(?: ?:| ?[:(]? ?\d+\)?)?"
        r"|(?:\d+|aucun|no|un|one) (?:commentaires?|comments?)(?: (?:sur|on) .{1,120})?|\d+ (?:shares?|partages?"
        r"|likes?|vues?|views?|réactions?|retweets?)|(?:share|partager) ?:.{0,60}",
        ("Share", "Partager", "Partagez :", "12 shares", "Facebook", "E-mail"),
        ("Share prices fell", "Facebook a répondu"),
    ),
    Residue(
        "counter",
        Strength.WEAK,
        r"total|\d{1,3}(?:[.,]\d)? ?[km]?|[+-]|(?:vues?|views?|notes?|rating|votes?)(?: ?:? ?\d+)?|\d+ ?/ ?\d+",
        ("Total", "0", "1.2k", "Views: 15"),
        ("Total war", "1950"),
    ),
    Residue(
        "reading_time",
        Strength.SURE,
        r"(?:(?:estimated )?reading time|(?:temps|durée) de lecture(?: estimée?)?|lecture) ?:? ?"
        r"(?:~|environ |about )?\d{1,3} ?(?:min(?:ute)?s?|mn|secondes?|seconds?|h).{0,15}"
        r"|\d{1,3}[ -]?(?:min(?:ute)?s?|mn)\.? (?:de lecture|read|reading|de lecture restante)"
        r"|(?:temps de lecture|reading time) ?:?",
        ("Reading time: 5 min", "Temps de lecture : 3 minutes", "4 min read"),
        ("Reading time was short that evening.", "Il lui reste 5 minutes."),
    ),
    Residue(
        "published",
        Strength.EDGE,
        r"(?:first )?(?:published|posted|updated|last (?:updated|modified)|publié[es]?|posté|paru"
        r"|mis(?:e)? (?:à jour|en ligne)|"
        r"modifié|actualisé|créé)(?: (?:on|at|le|il y a|in|dans|à|by|par))? ?:?(?: ?.{0,12}" + _DATE + r".{0,60})?"
        r"|" + _DATE + r"(?: ?(?:à|at|,|-|–|\|) ?\d{1,2} ?[h:] ?\d{0,2}.{0,12})?",
        ("Published", "Publié le 5 mai 2024 à 10h12", "Updated: June 3, 2023", "12/05/2024"),
        ("Published in 1862, the novel was a success.", "Publié par un petit éditeur, le livre est épuisé."),
    ),
    Residue(
        "byline",
        Strength.EDGE,
        _BY + r"(?: ?:? (?:[\w.'-]+ ?,? ?){1,6}(?: (?:with|avec) .{2,40})?)?",
        ("By Jane Smith", "Par Jean Dupont avec AFP", "La rédaction"),
        ("By and large, the reform which they had wanted for ten years has failed.", "Par une belle nuit"),
        r"\W*(?i:" + _BY + r")\s?:?(?:\s(?:[A-ZÀ-Þ][\w'’.-]*|d[eu]|l[ae]|v[ao]n|et|and|with|avec|/|\|),?)*",
    ),
    Residue(
        "read_also",
        Strength.SURE,
        r"(?:[àa] )?(?:lire|voir|écouter|découvrir) (?:également|aussi|la suite|plus|encore)(?: ?:? ?\W{0,3}"
        r"| ?[:|>] ?.{3,150})"
        r"|(?:à|a) (?:lire|voir|écouter)(?: sur .{2,30})? ?(?:: ?.{3,150})?"
        r"|(?:read|see|watch) (?:also|more|next)(?: ?:? ?\W{0,3}| ?[:|>] ?.{3,150})|also read(?: ?:.{3,150})?"
        r"|(?:sur le même (?:sujet|thème)|articles? (?:similaires?|liés?|connexes?|associés?|recommandés?)"
        r"|(?:vous (?:aimerez|pourriez|pourrez) (?:peut-être )?(?:aussi|aimer|lire).{0,20})"
        r"|dans la même (?:rubrique|catégorie)"
        r"|related (?:articles?|posts?|stories|content|topics)|you (?:may|might) also (?:like|enjoy|be interested in)"
        r"|more (?:on this (?:story|topic|subject)|from .{2,40})|most (?:read|popular)|les plus lus"
        r"|recommended for you"
        r"|lire (?:l'article|notre dossier|l'intégralité).{0,60}|continue reading.{0,80}|(?:en savoir"
        r"|lire) plus) ?:?\W{0,3}",
        ("A lire également", "Read also: The winter of the bees", "Lire aussi", "Related articles"),
        ("A lire également, le dernier roman de cette jeune autrice.", "Read more books, the teacher said."),
    ),
    Residue(
        "newsletter",
        Strength.SURE,
        r"(?:inscri(?:vez|s)[ -](?:vous|toi)|abonnez[ -]vous|s'(?:inscrire|abonner))(?: (?:gratuitement|vite"
        r"|dès maintenant))?"
        r"(?: (?:à|pour) (?:la|notre|nos|recevoir) .{0,80}(?:newsletters?|lettres?|infolettres?|alertes?"
        r"|actualités?|articles?).{0,60})"
        r"|(?:sign up|subscribe|register)(?: (?:now|here|today|free))? (?:for|to|and get) (?:our|the|your|a).{0,80}"
        r"(?:newsletters?|updates|briefing|alerts|emails?|e-mails?|podcast|channel|magazine).{0,60}"
        r"|(?:recevez|recevoir) (?:notre|la|nos|chaque|l'essentiel).{0,100}(?:newsletter|lettre|mail|e-mail"
        r"|courriel|boîte).{0,40}"
        r"|get (?:our|the|more).{0,80}(?:inbox|newsletter|e-?mail).{0,40}|(?:la|our|notre) newsletter|newsletters?",
        ("Abonnez-vous à notre newsletter", "Sign up for our daily newsletter", "Newsletter"),
        ("Les lecteurs peuvent s'abonner à la revue.", "They subscribe to the view that letters matter."),
    ),
    Residue(
        "subscribe",
        Strength.EDGE,
        r"(?:s'abonner|je m'abonne|abonnez[ -]vous|subscribe(?: now)?|sign (?:up|in)|log ?in|log in|register"
        r"|connexion|se connecter"
        r"|s'inscrire|s'identifier|mon compte|my account|déjà abonnée? ?\??|créer un compte|create an account"
        r"|(?:faire un don|donate|support us|soutenez[ -]nous|je fais un don)(?: .{0,60})?"
        r"|(?:article|contenu) réservé (?:à nos|aux) abonnés|(?:it vous )?reste \d+ ?% .{0,40}à lire.{0,60}) ?[!.]?",
        ("S'abonner", "Log in", "Déjà abonné ?", "Article réservé aux abonnés"),
        ("Sign in blood",),
    ),
    Residue(
        "cookies",
        Strength.SURE,
        r"(?:ce site|nous|notre site|en poursuivant (?:votre|la) navigation|this (?:site|website)|we|our (?:site"
        r"|website)"
        r"|by (?:continuing|using)).{0,120}\b(?:us(?:es?|ing|e of)|utilis\w+|dépos\w+|accept\w*)(?: (?:des|of|les"
        r"|the|our|nos))? cookies?\b.{0,200}"
        r"|(?:accepter|refuser|accept|reject|gérer|manage|paramétrer) (?:tous les |all |les |mes )?(?:cookies"
        r"|tout|all|préférences)"
        r"|(?:politique|gestion|paramètres) (?:de|des) (?:cookies|confidentialité)|(?:cookie|privacy) (?:policy"
        r"|settings|notice)"
        r"|tout (?:accepter|refuser)|(?:accept|reject) all",
        ("This website uses cookies to improve your experience.", "Tout accepter", "Privacy policy"),
        ("The bakery sells cookies and bread.", "Nous avons goûté les cookies du voisin."),
    ),
    Residue(
        "copyright",
        Strength.SURE,
        r"(?:©|(?:©|\(c\)|copyright) ?(?:©|\(c\)|[^.]{0,40}\d{4})).{0,160}"
        r"|.{0,100}(?:tous droits (?:de reproduction )?réservés|all rights reserved).{0,80}"
        r"|.{0,40} ?© ?(?:\d{4}|[\w .]{2,40})|(?:mentions légales|legal notice|terms (?:of|and) (?:use|service"
        r"|conditions)"
        r"|conditions (?:générales|d'utilisation)(?: .{0,30})?|plan du site|site ?map|contactez[ -]nous"
        r"|contact us|qui sommes[ -]nous \?"
        r"|about us|nous contacter|à propos de nous)(?: ?[|·-] ?.{0,120})?",
        ("© 2024 La Feuille", "All rights reserved.", "Mentions légales"),
        ("Copyright law is changing.", "(c) the third condition applies"),
    ),
    Residue(
        "contact",
        Strength.SURE,
        r"(?:to contact the (?:author|editor|writer|reporter|journalist)s?|(?:pour )?(?:contacter|joindre"
        r"|écrire à) (?:l'auteure?|l'autrice"
        r"|la rédaction|le journaliste)|write to the author)(?: ?: ?.{0,80}| .{0,30}@.{3,60})?"
        r"|(?:contact|e-?mail|courriel|mail|tél(?:éphone)?\.?|phone) ?: ?\S{4,80}|\[email protected\]"
        r"|\S{1,60}@\S{2,60}\.\w{2,10}",
        ("To contact the author: [email protected]", "Contact : redaction@example.org"),
        ("To contact the author of the letter, the police searched for a month.",),
    ),
    Residue(
        "source",
        Strength.SURE,
        r"source ?:? (?:site|link|url|de l'article|article)[ -]?\S{0,60}|(?:source|via|lien|link"
        r"|url) ?:? ?(?:https?://|www\.)\S+"
        r"|(?:https?://|www\.)\S+|(?:cet article|this (?:article|story|post)) (?:est (?:d'abord )?paru|a (?:été"
        r"|d'abord été) (?:initialement )?publié"
        r"|est republié|was (?:first|originally) published|first appeared|originally appeared"
        r"|is republished).{0,200}",
        ("source site-29", "Source: https://example.org/a", "This article was originally published on Example."),
        ("Source of the Loire", "The source said that the site was empty."),
    ),
    Residue(
        "syndicated",
        Strength.EDGE,
        r"(?:(?:cette|cet|ce|un|une) )?(?:dépêche|article|texte|tribune|contenu|communiqué|reportage|analyse) "
        r"(?:est )?(?:repris|republié|fourni|proposé|publié|issu|reproduit|traduit|adapté)e?s? "
        r"(?:de|du|d'|par|avec|depuis|en partenariat|dans le cadre) ?[^.!?;]{3,90}\.?"
        r"|(?:(?:this|the|an?) )?(?:article|story|dispatch|report|text|piece|column|content) (?:is |was )?"
        r"(?:republished|reprinted|syndicated|reproduced|provided|supplied|translated|adapted) "
        r"(?:from|by|with|courtesy|under) [^.!?;]{3,90}\.?",
        ("Dépêche fournie par une agence partenaire", "Story republished with permission"),
        ("Le texte est repris. La séance aussi", "Texte adopté par les députés", "The report was provided for"),
    ),
    Residue(
        "credit",
        Strength.SURE,
        r"(?:(?:photo(?:s|graphie|graph|graphy)?|image|illustration|crédits?(?: photos?)?|credits?|photo credits?"
        r"|picture|infographie)"
        r" ?(?::|©|by |par |\|) ?.{2,160})"
        r"|(?:[\w.' -]{2,40} ?/ ?)?" + _AGENCY + r"(?: ?/ ?[\w.' -]{2,40})?",
        ("Crédit photo : Jeanne Martin", "Getty Images", "Jeanne Martin / AFP"),
        ("The minister resigned on Monday (AFP).", "Une photo suffit parfois à changer une vie."),
    ),
    Residue(
        "caption",
        Strength.SURE,
        r"(?:légende|caption) ?(?::|\|) ?.{2,300}"
        r"|(?:an?|this|une|cette|in this|sur cette|file|undated) (?:photo|image|picture|file photo"
        r"|handout)\b.{10,500}"
        r"\([^()]{0,60}(?:/|©| via |photo|" + _AGENCY + r")[^()]{0,60}\) ?\.?"
        r"|.{5,400}\((?:[^()]{1,60}[ /,-]+)?" + _AGENCY + r"(?: ?/ ?[^()]{2,60}| (?:photo|via) ?[^()]{0,60})\) ?\.?"
        r"|.{5,400}\((?:[^()]{1,60}(?: ?/ ?| via | photo ?/? ?))" + _AGENCY + r"[^()]{0,30}\) ?\.?"
        r"|.{5,400}(?:©|\| ?|photo ?:) ?[^.()]{0,40}" + _AGENCY + r"[^.()]{0,30}",
        (
            "A photo taken in May shows the old bridge. (Jane Doe / AFP)",
            "Les rameurs sur le vieux quai, lundi. (Jeanne Martin/AFP)",
            "Légende : le vieux pont vu du quai",
        ),
        ("The minister resigned on Monday (AFP).", "The captain said: we leave at once."),
        role="caption",
    ),
    Residue(
        "dated_caption",
        Strength.WEAK,
        r"[^.!?]{10,180}\((?:\w+ )?(?:" + _DATE + r"|\w+ \d{4})\) ?\.?",
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
    Residue(
        "navigation",
        Strength.EDGE,
        r"(?:menu|accueil|home|rechercher?|search|page (?:suivante|précédente|d'accueil)|(?:next"
        r"|previous) (?:article|post|page|story)"
        r"|article (?:suivant|précédent)|suivante?|précédente?|next|previous|back to (?:top|home)"
        r"|retour(?: (?:en haut|à l'accueil|au sommaire))?"
        r"|(?:aller|passer|skip) (?:au|to) (?:contenu|content|main content)|publicité|advertisement|annonce"
        r"|sponsored|sponsorisé|loading|chargement"
        r"|voir plus|show more|load more|fermer|close|répondre|reply|sommaire|table of contents|archives"
        r"|catégories?|categories|rubriques?|actualités?"
        r"|news|video|vidéo|podcasts?|à la une|editor's picks?|trending|tendances) ?(?:[.…»›→]{1,3})?",
        ("Menu", "Retour en haut", "Skip to content", "Publicité"),
        ("Home again",),
    ),
    Residue(
        "tags",
        Strength.EDGE,
        r"(?:tags?|mots[ -]cl[ée]s?|étiquettes?|keywords?|filed under|classé dans|posted in|publié dans|thèmes?"
        r"|topics?|catégories?|categories|rubrique) ?: ?.{1,200}"
        r"|(?:#\w+[ ,]*)+",
        ("Tags: bees, honey", "Mots-clés : abeille, miel", "#bees #honey"),
        ("Tags are useful",),
    ),
    Residue(
        "slogan",
        Strength.EDGE,
        r"(?:le|la|l'|les|un|une|votre|ton|notre) ?(?:journal|magazine|quotidien|hebdo(?:madaire)?|mensuel|site"
        r"|blog|webzine|média|média|revue|portail|gazette|actualité|actu|info)"
        r" (?:(?:[^\W\d_]+[éit]e?s? )?(?:pour|par)|des|de|du|d'|qui|en|sur|gratuit|indépendant|libre|autrement|au)"
        r"[^.!?]{0,90}"
        r"|(?:the|your|our) (?:newspaper|magazine|daily|weekly|monthly|journal|site|blog|voice|home|news) (?:for"
        r"|of|by|from|that|on|in|written)\b[^.!?]{0,90}"
        r"|(?:toute l'(?:actualité|actu|info)|all the news|news and views|informer|the latest)\b[^.!?]{0,80}"
        r"|(?:depuis|since|est\.) \d{4}",
        (
            "Le journal des curieux, par les curieux",
            "L'actualité dessinée par les lecteurs",
            "The magazine for people who sail",
            "Toute l'actualité du jardin",
        ),
        ("Le journal a fermé ses portes.", "The weekly was sold"),
    ),
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
    Residue(
        "transcriber",
        Strength.EDGE,
        r"(?:this )?(?:e-?text|e-?book)? ?(?:was )?"
        r"(?:produced|prepared|transcribed|digitized|scanned) (?:by|at) .{3,160}"
        r"|(?:numérisé|transcrit|produit) par .{3,160}",
        ("Produced by two volunteers", "Digitized by the Internet Archive", "Numérisé par une bibliothèque"),
        ("Produced in small numbers, the cheese is dear.",),
    ),
)

# Where a library's notice before a book ends, and where that after it begins; the mark belongs to the notice.
_HEAD_ENDS = re.compile(
    r"\*{3} ?start of (?:the|this) project gutenberg.*|\*end\*? ?the small print.*|.*\*end\*\s*"
    r"|– ?texte libre de droits ?–.*",
    re.IGNORECASE,
)
_FOOT_BEGINS = re.compile(
    r"\*{3} ?end of (?:the|this) project gutenberg.*|end of (?:the )?project gutenberg.*"
    r"|fin du? (?:projet|project) gutenberg.*|à propos de cette édition électronique.*",
    re.IGNORECASE,
)


def ends_head(line: str) -> bool:
    """Whether the line ends a library's notice before a book.

    >>> ends_head("*** START OF THE PROJECT GUTENBERG EBOOK 1234 ***"), ends_head("*** START OF THE STORY ***")
    (True, False)
    """
    return bool(_HEAD_ENDS.fullmatch(line.strip()))


def begins_foot(line: str) -> bool:
    """Whether the line begins a library's notice and licence after a book.

    >>> begins_foot("*** END OF THIS PROJECT GUTENBERG EBOOK A HARBOUR ***"), begins_foot("The end")
    (True, False)
    """
    return bool(_FOOT_BEGINS.fullmatch(line.strip()))


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
    return residue if residue and re.fullmatch(residue.cased or r"(?s:.*)", line.strip()) else None


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{residue.name}>{residue.pattern})" for residue in TABLE))


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Residue]:
    return {residue.name: residue for residue in TABLE}
