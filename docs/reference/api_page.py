"""The page of what is had from Python, from signatures and docstrings in Google's style."""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

_WIDTH = 76
_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises):\n((?:(?: .*)?\n)+)", re.MULTILINE)
_ITEM = re.compile(r"^ {4}(\w+): (.*\n(?: {5,}.*\n|\n)*)", re.MULTILINE)
_EXAMPLE = re.compile(r"\n\n((?: {4}.*\n|\n)+)")
_SAID = {"Cell": "str", "Path": "str, Path", "Searches": "int, str", "NoneType": "None"}
_BEGUN = """\
# From Python

{module}

What stands here is public; everything else may change with any version. In context:
[the tutorial](../tutorial.ipynb), [with KerasTuner](../how-to/kerastuner.md),
[a cell of your own](../how-to/cells.md).

"""
_CELL = """\
## A cell of one's own

The class that `cells="module:Class"` names, made without arguments
([how](../how-to/cells.md)), has these:

"""
_ERRORS = """\
## Errors

What is the user's to correct is raised as one of these, with a sentence that says what was expected
and what to do; every other exception is a bug.

"""


def api() -> str:
    """The page, without its note."""
    import study
    from search_spaces.cells import Definition

    names = ["compare", "load", "Result", "data", "BudgetHyperModel", "OptunaOracle"]
    errors = ["IsoparamError", "UserError", "BudgetError"]
    assert sorted([*names, *errors]) == study.__all__, "something public has no place on this page"
    parts = [_BEGUN.format(module=_rest(study))]
    for name in names:
        thing = getattr(study, name)
        shown = _of_class if inspect.isclass(thing) else _of_function
        parts.append(f"## study.{name}\n\n{shown(f'study.{name}', thing)}")
    parts += [_CELL, _prose(_rest(Definition)), *_members("", Definition)]
    parts += [_ERRORS, *(_error(f"study.{name}", getattr(study, name)) for name in errors)]
    return "".join(parts).strip() + "\n"


def _of_function(name: str, thing: Callable[..., Any]) -> str:
    """Its signature, its prose, what it takes, returns and raises."""
    text, sections = _parted(_doc(thing))
    return f"{_called(name, thing)}{_prose(text)}{_given(sections, thing)}"


def _of_class(name: str, kind: type) -> str:
    """How it is made, where that is the user's to do; what it has and does."""
    text, sections = _parted(_doc(kind))
    _, making = _parted(_doc(vars(kind)["__init__"]))
    if "Args" in sections:  # a dataclass
        making = sections
    called = _called(name, kind) if making else ""
    about = _prose(text) + (_given(making, kind) if making else "")
    attributes = list(_items(sections.get("Attributes", "")))
    return called + about + _members(name.rsplit(".", maxsplit=1)[-1] + ".", kind, attributes)


def _members(prefix: str, kind: type, attributes: list[tuple[str, str]] | None = None) -> str:
    """A table of attributes, and a section for each method."""
    documented = {
        name: member
        for name, member in vars(kind).items()
        if not name.startswith("_") and hasattr(type(member), "__get__") and _doc(member)
    }
    methods = {name: each for name, each in documented.items() if inspect.isfunction(each)}
    found = [(name, documented[name]) for name in documented.keys() - methods.keys()]
    rows = [*(attributes or []), *((name, _first(_doc(member))) for name, member in found)]
    order = [name for name, _ in attributes or []] + list(documented)
    rows.sort(key=lambda row: order.index(row[0]))
    table = _table(("attribute", "what it is"), rows) if rows else ""
    return table + "".join(
        f"### {prefix}{name}\n\n{_of_function(name, method)}" for name, method in methods.items()
    )


def _error(name: str, kind: type) -> str:
    bases = [base.__name__ for base in kind.__bases__ if base is not Exception]
    of = f" ({', '.join(f'`{base}`' for base in bases)})" if bases else ""
    return f"**`{name}`**{of}: {_flat(_doc(kind))}\n\n"


def _called(name: str, thing: Callable[..., Any]) -> str:
    """The signature, without the types that the table has."""
    signature = inspect.signature(thing)
    plain = inspect.Signature(
        [
            parameter.replace(annotation=inspect.Parameter.empty)
            for parameter in signature.parameters.values()
            if parameter.name != "self"
        ]
    )
    inner = str(plain)[1:-1].replace("'", '"')
    returned = signature.return_annotation
    arrow = "" if returned in {signature.empty, None, Any} else f" -> {_returned(returned)}"
    line = f"{name}({inner}){arrow}"
    if len(line) > _WIDTH:
        broken = textwrap.fill(inner, _WIDTH - 4, break_on_hyphens=False)
        line = f"{name}(\n{textwrap.indent(broken, '    ')}\n){arrow}"
    return f"```text\n{line}\n```\n\n"


def _returned(annotation: Any) -> str:
    text = inspect.formatannotation(annotation).strip("'")
    return re.sub(r"\b[a-z_]+(?:\.[a-z_]+)*\.(?=\w)", "", text)


def _given(sections: dict[str, str], called: Callable[..., Any]) -> str:
    """A table of what is taken, and what is returned and raised."""
    text = ""
    if "Args" in sections:
        rows = list(_arguments(sections["Args"], called))
        text += _table(("argument", "type", "meaning"), rows)
    if "Returns" in sections:
        text += f"**Returns.** {_flat(sections['Returns'])}\n\n"
    if "Raises" in sections:
        raised = "".join(f"- `{name}`: {said}\n" for name, said in _items(sections["Raises"]))
        text += f"**Raises**\n\n{raised}\n"
    return text


def _arguments(section: str, called: Callable[..., Any]) -> Iterator[tuple[str, ...]]:
    parameters = inspect.signature(called).parameters
    for name, said in _items(section):
        parameter = parameters[name]
        kind, default = _type(parameter.annotation), ""
        if parameter.default is None:
            kind = kind.removesuffix(", None")  # is to leave it out
        elif parameter.default is not parameter.empty:
            default = " Default: `{}`.".format(f"{parameter.default!r}".replace("'", '"'))
        yield name, kind, said + default


def _type(annotation: Any) -> str:
    """A type as a reader would say it; of an enumeration, its values."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _type(arguments[0])
    if get_origin(annotation) in {Union, UnionType}:
        return ", ".join(dict.fromkeys(", ".join(map(_type, arguments)).split(", ")))
    if arguments:
        return f"{_type(arguments[0])}, several"
    if annotation in {Any, inspect.Parameter.empty}:
        return ""
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return ", ".join(f'`"{member.value}"`' for member in annotation)
    return _SAID.get(annotation.__name__, annotation.__name__)


def _parted(doc: str) -> tuple[str, dict[str, str]]:
    """The prose of a docstring, and its sections."""
    return _SECTION.sub("", f"{doc}\n"), dict(_SECTION.findall(f"{doc}\n"))


def _items(section: str) -> Iterator[tuple[str, str]]:
    for name, said in _ITEM.findall(section):
        yield name, _flat(said)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for name, *others in rows:
        cells = [f"`{name}`", *(other.replace("|", "\\|") for other in others)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n\n"


def _prose(doc: str) -> str:
    """Paragraphs; what is indented in them is code."""

    def fenced(block: re.Match[str]) -> str:
        return f"\n\n```python\n{textwrap.dedent(block[1]).strip()}\n```\n"

    return re.sub(r"\n{3,}", "\n\n", _EXAMPLE.sub(fenced, f"{doc.strip()}\n")).strip() + "\n\n"


def _first(doc: str) -> str:
    return _flat(doc.split("\n\n", maxsplit=1)[0])


def _rest(thing: Any) -> str:
    """Its docstring after the first paragraph."""
    return _doc(thing).split("\n\n", maxsplit=1)[1]


def _doc(thing: Any) -> str:
    """Its own docstring, not its base's."""
    return inspect.cleandoc(thing.__doc__ or "")


def _flat(text: str) -> str:
    return " ".join(text.split())
