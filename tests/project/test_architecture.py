"""The house rules: imports run downwards only, and nothing of the search opens the test split."""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.support.commands import ROOT

PACKAGES = ("search_spaces", "study", "reports")
PURE = {"search_spaces": {"keras", "tensorflow", "numpy", "pathlib"}, "reports": {"keras"}}

# Folders from top to bottom: each may import those below it, and none above. A module that is no
# folder's stands for itself; `study` and `reports` stand for those that are not listed.
ORDER = {
    "study": (
        "study",  # the commands
        "study.api",
        "study.benchmark",
        "study.reproduction",
        "study.tuning",
        "study.pipeline",
        "study.runs",
        "study.phases",
        "study.terminal",
        "study.trials",
        "study.processes",
        "study.training",
        "study.question",
        "study.storage",
        "study.layers",
        "study.datasets",
        "study.machine",
        "study.errors",
    ),
    "reports": (
        "reports",  # the command, and what it writes
        "reports.reproduction",
        "reports.paper",
        "reports.page",
        "reports.exports",
        "reports.charts",
        "reports.tables",
        "reports.findings",
        "reports.drawing",
        "reports.words",
        "reports.comparison",
    ),
}
# The commands join the two: they hand a reporter to what they start.
JOINTS = {
    "study.search",
    "study.confirm",
    "study.doctor",
    "study.reproduce",
    "study.api.compare",
    "study.api.result",
}
OPENS_THE_TEST_SPLIT = {
    "study.training.scoring",
    "study.training.linear_baseline",
    "study.reproduction.notebook",
}
SEARCH = (
    "study.phases.search",
    "study.training.job",
    "study.training.fit",
    "study.trials.sampler",
    "study.tuning.data",
    "study.tuning.hypermodel",
)

Imports = Mapping[str, frozenset[str]]


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imported(tree: ast.AST, known: Iterable[str], typing_too: bool) -> frozenset[str]:
    """The known modules that a module imports, wherever in it."""
    known, found = set(known), set()
    skipped = set() if typing_too else _type_checking(tree)
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= names & known or {node.module}
    return frozenset(found & known)


def _type_checking(tree: ast.AST) -> set[ast.AST]:
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }


def graph(typing_too: bool = True) -> Imports:
    paths = modules()
    return {
        name: imported(ast.parse(path.read_text(encoding="utf-8")), paths, typing_too)
        for name, path in paths.items()
    }


def reached(start: str, imports: Imports) -> set[str]:
    """What is imported on any path, however long."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = imports[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def cycles(imports: Imports) -> list[str]:
    return [name for name in imports if name in reached(name, imports)]


def place(module: str) -> str:
    """The listed folder that a module belongs to."""
    package = module.split(".", maxsplit=1)[0]
    return max((name for name in ORDER[package] if _within(module, name)), key=len)


def _within(module: str, folder: str) -> bool:
    return module == folder or module.startswith(f"{folder}.")


def upwards(imports: Imports) -> list[str]:
    """The imports that run upwards."""
    return [
        f"{module} imports {other}"
        for module in imports
        for other in imports[module]
        if (package := module.split(".", maxsplit=1)[0]) in ORDER
        and other.startswith(f"{package}.")
        and ORDER[package].index(place(other)) < ORDER[package].index(place(module))
    ]


def across(imports: Imports) -> list[str]:
    """The imports between packages that only the commands, or nobody, may have."""
    below = {"search_spaces": set(), "study": {"search_spaces"}, "reports": set(PACKAGES)}
    return [
        f"{module} imports {other}"
        for module in imports
        for other in imports[module]
        if (package := module.split(".", maxsplit=1)[0]) != other.split(".", maxsplit=1)[0]
        and other.split(".", maxsplit=1)[0] not in below[package]
        and module not in JOINTS
    ]


IMPORTS = graph()


def test_no_module_imports_itself_in_a_circle() -> None:
    assert not cycles(IMPORTS)


def test_folders_import_downwards_only() -> None:
    assert not upwards(IMPORTS)


def test_only_the_commands_know_both_study_and_reports() -> None:
    assert not across(IMPORTS)


@pytest.mark.parametrize("start", SEARCH)
def test_no_path_of_imports_leads_from_the_search_to_the_test_split(start: str) -> None:
    assert not reached(start, IMPORTS) & OPENS_THE_TEST_SPLIT


def test_the_comparison_is_pure() -> None:
    inside = {name for name in IMPORTS if _within(name, "reports.comparison")}
    assert not {
        other for name in inside for other in IMPORTS[name] - inside if other != "study.errors"
    }


@pytest.mark.parametrize("package", PURE)
def test_what_is_pure_imports_nothing_heavy(package: str) -> None:
    for name, path in modules().items():
        if _within(name, package):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            tops = {
                module.split(".", maxsplit=1)[0]
                for node in ast.walk(tree)
                for module in _named(node)
            }
            assert not tops & PURE[package], name


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


@pytest.mark.parametrize(
    ("module", "other", "rule"),
    [
        ("study.storage.store", "study.trials.queue", upwards),
        ("reports.words.text", "reports.drawing.chart", upwards),
        ("study.trials.queue", "study.trials.worker_loop", cycles),
        ("study.phases.search", "reports.write", across),
    ],
)
def test_a_forbidden_import_is_found(module: str, other: str, rule: object) -> None:
    worse = {**IMPORTS, module: IMPORTS[module] | {other}}
    assert callable(rule)
    assert rule(worse)


@pytest.mark.parametrize(
    "path", [path for path in modules().values() if path.name == "__init__.py"], ids=str
)
def test_packages_are_docstrings(path: Path) -> None:
    if path.parent not in {ROOT / "search_spaces", ROOT / "study"}:
        (node,) = ast.parse(path.read_text(encoding="utf-8")).body
        assert isinstance(node, ast.Expr)
