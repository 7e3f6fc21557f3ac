"""Characters of symbol fonts, which Office keeps at private code points: Greek and mathematics, arrows and ticks."""

from collections.abc import Mapping

PRIVATE = 0xF000  # where Office keeps the characters of symbol fonts
# Adobe's encoding of the font Symbol, from 0x20 and from 0xA0; a blank stands for what has no character
_SYMBOL_LOW = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ "
_SYMBOL: Mapping[int, str] = {
    **{0x20 + offset: character for offset, character in enumerate(_SYMBOL_LOW)},
    **{0xA0 + offset: character for offset, character in enumerate(_SYMBOL_HIGH)},
}
_WINGDINGS: Mapping[int, str] = {
    0x22: "✂", 0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒",
    0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑",
    0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip


def symbol(character: str, font: str = "Symbol") -> str:
    """The character that one of a symbol font shows; any other stays as it is.

    >>> symbol("\\uf061"), symbol("\\uf0fc", "Wingdings"), symbol("é")
    ('α', '✓', 'é')
    """
    code = ord(character) - PRIVATE if character else -1
    if not 0x20 <= code <= 0xFF:
        return character
    table = _WINGDINGS if font.lower().startswith(("wingdings", "webdings")) else _SYMBOL
    return table.get(code, "\ufffd")
