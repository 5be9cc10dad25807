"""What MkDocs is told beside `mkdocs.yml`: the root's pages and the tutorial are the site's."""

import json
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
_PAGES = ("DESIGN.md", "CHANGELOG.md")
_NOTEBOOK, _TUTORIAL = "tutorial.ipynb", "tutorial.md"
_LINK = re.compile(r"\]\(((?:\.\./)*)([^):#]*)(#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the root's pages and the tutorial's."""
    for name in _PAGES:
        content = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=content))
    files.append(File.generated(config, _TUTORIAL, content=_tutorial()))
    return files


def _tutorial() -> str:
    """The notebook as a page."""
    notebook = json.loads((ROOT / "docs" / _NOTEBOOK).read_text(encoding="utf-8"))
    parts = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    parts.append(f"The same as a [notebook]({_NOTEBOOK}).\n")
    return "\n\n".join(parts)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links lead inside the site: to the root's pages, from there, and to the tutorial's."""
    folder = posixpath.dirname(page.file.src_uri)
    place = "" if page.file.src_uri in _PAGES else posixpath.join("docs", folder)

    def inside(link: re.Match[str]) -> str:
        path, anchor = link[1] + link[2], link[3] or ""
        whole = posixpath.normpath(posixpath.join(place, path)) if path else ""
        if whole == f"docs/{_NOTEBOOK}" and page.file.src_uri != _TUTORIAL:
            return f"]({posixpath.relpath(_TUTORIAL, folder or '.')})"
        if whole not in _PAGES and not (place == "" and whole.startswith("docs/")):
            return link[0]
        return f"]({posixpath.relpath(whole.removeprefix('docs/'), folder or '.')}{anchor})"

    return _LINK.sub(inside, markdown)
