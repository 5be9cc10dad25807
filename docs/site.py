"""What MkDocs is told beside `mkdocs.yml`: pages of the repository's root are the site's, too."""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
_PAGES = ("DESIGN.md", "CHANGELOG.md")
_LINK = re.compile(r"\]\(((?:\.\./)*)([^):#]*)(#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the root's pages."""
    for name in _PAGES:
        content = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links that leave `docs/` for the root, or come from there, lead inside the site."""
    folder = posixpath.dirname(page.file.src_uri)
    place = "" if page.file.src_uri in _PAGES else posixpath.join("docs", folder)

    def inside(link: re.Match[str]) -> str:
        path, anchor = link[1] + link[2], link[3] or ""
        whole = posixpath.normpath(posixpath.join(place, path)) if path else ""
        if whole not in _PAGES and not (place == "" and whole.startswith("docs/")):
            return link[0]
        return f"]({posixpath.relpath(whole.removeprefix('docs/'), folder or '.')}{anchor})"

    return _LINK.sub(inside, markdown)
