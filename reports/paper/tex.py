"""Text as LaTeX, whatever it holds: it needs no package, nor an engine that reads Unicode."""

import re
import unicodedata
from collections.abc import Iterator

from reports.words.text import visible

UNICODE = (
    "% A character that pdfLaTeX has not.\n"
    r"\providecommand{\isoUnicode}[2]{\ifdefined\Umathchar#1\else\texttt{#2}\fi}"
)
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\textasciigrave{}",
    "\N{NO-BREAK SPACE}": "~",
    "\N{MINUS SIGN}": "$-$",
    "\N{PLUS-MINUS SIGN}": r"$\pm$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{EN DASH}": "--",
    "\N{EM DASH}": "---",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "`",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "\N{LATIN SMALL LETTER DOTLESS I}": r"\i{}",
}
_ACCENTS = {
    "\N{COMBINING GRAVE ACCENT}": "`",
    "\N{COMBINING ACUTE ACCENT}": "'",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "^",
    "\N{COMBINING TILDE}": "~",
    "\N{COMBINING DIAERESIS}": '"',
    "\N{COMBINING RING ABOVE}": "r",
    "\N{COMBINING CEDILLA}": "c",
    "\N{COMBINING CARON}": "v",
    "\N{COMBINING BREVE}": "u",
    "\N{COMBINING MACRON}": "=",
    "\N{COMBINING DOT ABOVE}": ".",
    "\N{COMBINING DOUBLE ACUTE ACCENT}": "H",
}
_LINE_WIDTH = 100


def tex(text: str) -> str:
    """The text as LaTeX shows it: every character that has a meaning there is escaped.

    Accented letters become commands that every font encoding has. What pdfLaTeX has no letter for
    is given by its number there, and as it is where the engine reads Unicode.
    """
    written = "".join(_characters(visible(text)))
    return written.replace(r" \%", r"\,\%")


def _characters(text: str) -> Iterator[str]:
    """In composed form; two hyphens are kept apart, since together they are a dash."""
    before = ""
    for character in unicodedata.normalize("NFC", text):
        yield "{}-" if before == character == "-" else _character(character)
        before = character


def wrapped(text: str) -> str:
    """LaTeX in lines that an editor shows; they break only where there is a blank."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) >= _LINE_WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isascii():
        return character
    letter, *accents = list(unicodedata.normalize("NFD", character))
    if letter.isascii() and letter.isalpha() and len(accents) == 1 and accents[0] in _ACCENTS:
        return f"\\{_ACCENTS[accents[0]]}{{{letter}}}"
    return f"\\isoUnicode{{{character}}}{{U+{ord(character):04X}}}"


def letters(text: str) -> str:
    """A name of letters alone, as commands have them: GRU (reset before) is GRUResetBefore."""
    plain = unicodedata.normalize("NFKD", text)
    spelt = re.sub("[0-9]", lambda digit: f" {_DIGITS[int(digit[0])]} ", plain)
    return "".join(word[0].upper() + word[1:] for word in re.findall("[A-Za-z]+", spelt))


_DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
