"""Imports point one way: search_spaces <- study <- reports."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BELOW = {"search_spaces": set(), "study": {"search_spaces"}, "reports": {"search_spaces", "study"}}
JOINT = {"study/job.py", "study/reproduction.py"}  # where trying it knows of showing it
PURE = {"search_spaces": {"keras", "tensorflow", "numpy", "pathlib"}, "reports": {"keras"}}
MODULES = [path for package in BELOW for path in sorted((ROOT / package).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """Top-level packages that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    place = str(path.relative_to(ROOT))
    package = path.relative_to(ROOT).parts[0]
    allowed = BELOW[package] | {package} | ({"reports"} if place in JOINT else set())
    assert imports(path) & set(BELOW) <= allowed
    assert not imports(path) & PURE.get(package, set())


def test_the_search_does_not_import_what_opens_the_test_split() -> None:
    for module in ("objective", "training", "sampler", "fit", "model"):
        tree = ast.parse((ROOT / "study" / f"{module}.py").read_text(encoding="utf-8"))
        froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not froms & {"study.scoring", "study.notebook"}
