"""Formulas in one line: MathML of web pages and the OMML of Office, ``(a + b)/2`` or ``x^2``."""

import re
from collections.abc import Callable, Mapping
from typing import Any

_ATOM = re.compile(r"\w*|[^\w\s]")
_UNSEEN = frozenset(["annotation", "annotation-xml", "rPr", "ctrlPr", "sSupPr", "sSubPr", "radPr", "degHide"])


def linear(node: Any) -> str:
    """A formula as text in its order of reading, with ``/ ^ _ √`` for what is drawn above, below or around."""
    return " ".join(_linear(node).split())


def _linear(node: Any) -> str:
    if not isinstance(node.tag, str):
        return ""
    name = node.tag.rpartition("}")[2]
    if name in _UNSEEN:
        return ""
    shape = SHAPES.get(name)
    if shape is not None:
        return shape(node, [_linear(child) for child in node if not _is_property(child)])
    return (node.text or "").strip() + "".join(map(_linear, node))


def _is_property(node: Any) -> bool:
    return not isinstance(node.tag, str) or node.tag.endswith("Pr")


def _group(text: str) -> str:
    """In brackets where it is more than one number, word or sign."""
    return text if _ATOM.fullmatch(text) else f"({text})"


def _at(pieces: list[str], place: int) -> str:
    return pieces[place] if place < len(pieces) else ""


def _fraction(_: Any, pieces: list[str]) -> str:
    return f"{_group(_at(pieces, 0))}/{_group(_at(pieces, 1))}"


def _raised(_: Any, pieces: list[str]) -> str:
    return f"{_group(_at(pieces, 0))}^{_group(_at(pieces, 1))}"


def _lowered(_: Any, pieces: list[str]) -> str:
    return f"{_group(_at(pieces, 0))}_{_group(_at(pieces, 1))}"


def _both(_: Any, pieces: list[str]) -> str:
    return f"{_group(_at(pieces, 0))}_{_group(_at(pieces, 1))}^{_group(_at(pieces, 2))}"


def _root(_: Any, pieces: list[str]) -> str:
    return f"√({''.join(pieces)})"


def _office_root(_: Any, pieces: list[str]) -> str:
    degree = _at(pieces, 0) if len(pieces) > 1 else ""
    return (f"{degree}√" if degree else "√") + f"({pieces[-1] if pieces else ''})"


def _mathml_root(_: Any, pieces: list[str]) -> str:
    return f"{_at(pieces, 1)}√({_at(pieces, 0)})"


def _fenced(node: Any, pieces: list[str]) -> str:
    return f"{node.get('open', '(')}{', '.join(pieces)}{node.get('close', ')')}"


def _delimited(node: Any, pieces: list[str]) -> str:
    signs = [node.find(f"{{*}}dPr/{{*}}{name}") for name in ("begChr", "endChr")]
    begin, end = (usual if sign is None else _value(sign) for usual, sign in zip("()", signs, strict=True))
    return f"{begin}{', '.join(pieces)}{end}"


def _large(node: Any, pieces: list[str]) -> str:
    sign = node.find("{*}naryPr/{*}chr")
    bounds = (f"{mark}{_group(piece)}" for mark, piece in zip("_^", pieces, strict=False) if piece)
    return f"{_value(sign) if sign is not None else '∫'}{''.join(bounds)} {_at(pieces, 2)}"


def _value(node: Any) -> str:
    return next((str(value) for name, value in node.attrib.items() if str(name).endswith("val")), "")


def _spaced(_: Any, pieces: list[str]) -> str:
    return " ".join(pieces)


def _rows(_: Any, pieces: list[str]) -> str:
    return f"[{'; '.join(pieces)}]"


def _sign(node: Any, _: list[str]) -> str:
    text = (node.text or "").strip()
    return f" {text} " if len(text) == 1 and text in "=<>≤≥≠≈±+−-×·→⇒∈" else text


SHAPES: Mapping[str, Callable[[Any, list[str]], str]] = {
    "f": _fraction, "mfrac": _fraction, "sSup": _raised, "msup": _raised, "mover": _raised, "limUpp": _raised,
    "sSub": _lowered, "msub": _lowered, "munder": _lowered, "limLow": _lowered, "sSubSup": _both, "msubsup": _both,
    "munderover": _both, "msqrt": _root, "mroot": _mathml_root, "rad": _office_root, "mfenced": _fenced,
    "d": _delimited, "nary": _large, "func": _spaced, "mtr": _spaced, "mr": _spaced, "mtable": _rows, "m": _rows,
    "mo": _sign,
}  # fmt: skip
