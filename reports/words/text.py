"""Text of others, such as names and reasons, made fit to be shown."""

_JOINERS = "\u200c\u200d"  # which scripts and emoji need


def visible(text: str) -> str:
    """The text with every character that would hide, or turn what follows, spelt out.

    Control characters, lone surrogates and the marks that reverse the direction of text
    appear as escapes such as `\\u202e`; line breaks become spaces.
    """
    if text.isprintable():
        return text
    return "".join(
        " "
        if character.isspace()
        else character
        if character.isprintable() or character in _JOINERS
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
