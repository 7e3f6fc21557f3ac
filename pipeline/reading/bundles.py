"""Files that hold files: archives (.zip), mails (.eml) with what is attached, and mailboxes (.mbox).

What each holds is read by the reader that is handed in, as a file of its own.
"""

import email
import email.policy
import posixpath
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from functools import cache

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.language.knowledge import either, words_of_all
from pipeline.reading.extract import Extract, Facts, Passage, headed, marked, phrase
from pipeline.reading.files import written_name
from pipeline.reading.html import fragment
from pipeline.reading.tables import Rows
from pipeline.reading.zipped import opened

Reader = Callable[[bytes, str], Rows]  # of the bytes and the name of a file

_FROM_LINE = re.compile(rb"(?:\A|(?<=\n))From [^\n]*\d\d:\d\d[^\n]*\n")
_QUOTED = re.compile(r"^(?:[ \t]*>)+ ?")
_PICTURE = ("image", "audio", "video")


def read_zip(data: bytes, config: ReadConfig, reader: Reader) -> Rows:
    """What is in an archive; hidden files and folders of its maker are passed over."""
    with opened(data, config) as archive:
        for number, member in enumerate(archive.infolist(), 1):
            name = posixpath.normpath(f"/{member.filename}").lstrip("/")
            if member.is_dir() or any(piece.startswith((".", "__MACOSX")) for piece in name.split("/")):
                continue
            if member.file_size > config.max_bytes:
                reason = f"It is larger than {config.max_bytes:,} bytes. Split it, or raise read.max_bytes."
                yield f"{number}/{written_name(name)}", InputError("E102", reason)
                continue
            yield from _inside(str(number), name, archive.read(member), reader)


def read_mailbox(data: bytes, config: ReadConfig, reader: Reader) -> Rows:
    """The mails of a mailbox, numbered."""
    starts = [match.span() for match in _FROM_LINE.finditer(data)]
    ends = [*(start for start, _ in starts[1:]), len(data)]
    for number, ((_, begin), end) in enumerate(zip(starts, ends, strict=True), 1):
        mail = re.sub(rb"(?m)^>(>*From )", rb"\1", data[begin:end])
        for path, extract in read_mail(mail, config, reader):
            yield f"{number}/{path}" if path else number, extract


def read_mail(data: bytes, config: ReadConfig, reader: Reader) -> Rows:
    """The text of a mail, with its headers as facts and what it quotes marked; then each attached document."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    yield 0, _mail(message)
    attached = [
        piece for piece in message.walk() if piece.get_filename() and piece.get_content_maintype() not in _PICTURE
    ]
    for number, piece in enumerate(attached, 1):
        content = piece.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            yield from _inside(str(number), posixpath.basename(piece.get_filename() or ""), content, reader)


def _inside(number: str, name: str, data: bytes, reader: Reader) -> Rows:
    """The documents of a file that lies in another one, named by its number and its own name."""
    path = f"{number}/{written_name(name)}"
    try:
        for row, extract in reader(data, name):
            yield f"{path}/{row}" if row else path, extract
    except InputError as error:
        yield path, error
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 (one damaged file must not cost the others)
        yield path, InputError("E110", f"It is damaged ({type(error).__name__}). Get a whole copy of it.")


def _mail(message: EmailMessage) -> Extract | InputError:
    body = message.get_body(("plain", "html"))
    if body is None:
        return InputError("E101", "The mail has no text. Remove it, or look at what is attached.")
    content = body.get_content()
    is_page = body.get_content_subtype() == "html"
    passages = fragment(str(content)) if is_page else list(_plain(str(content), _is_flowed(body)))
    facts = _facts(message)
    text, marks = marked(headed(passages, facts.title))
    return Extract(text, wrapped=not is_page, facts=facts, marks=marks)


def _is_flowed(body: MIMEPart) -> bool:
    return str(body.get_param("format", "")).lower() == "flowed"


def _plain(text: str, flowed: bool) -> Iterator[Passage]:
    """What is written and what is quoted, in turn; lines of ``format=flowed`` (RFC 3676) joined."""
    pending: list[str] = []
    within = original = False
    for line in text.replace("\r\n", "\n").split("\n"):
        original = original or bool(_original_message().match(line))
        quoted = original or bool(_QUOTED.match(line))
        if quoted != within and pending:
            yield "\n".join(pending), "quotation" if within else None
            pending = []
        within = quoted
        words = _QUOTED.sub("", line)
        if flowed and pending and pending[-1].endswith(" ") and pending[-1] != "-- ":
            pending[-1] += words
        else:
            pending.append(words)
    if pending:
        yield "\n".join(pending), "quotation" if within else None


@cache
def _original_message() -> re.Pattern[str]:
    """The line above a mail that is passed on, as mail programs write it."""
    return re.compile(rf"-{{2,}}\s*(?:{either(words_of_all('mail', 'original_message'))})\s*-{{2,}}", re.IGNORECASE)


def _facts(message: EmailMessage) -> Facts:
    def header(name: str) -> str:
        return str(message.get(name, ""))

    name, address = parseaddr(header("from"))
    archived = re.search(r"<(https?://[^>]+)>", header("archived-at"))
    return Facts(
        title=phrase(header("subject")),
        date=_date(header("date")),
        outlet=phrase(header("organization") or re.sub(r"\s*<[^>]*>", "", header("list-id"))),
        author=phrase(name or address),
        url=archived[1] if archived else None,
    )


def _date(text: str) -> str | None:
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, OverflowError):
        return None
