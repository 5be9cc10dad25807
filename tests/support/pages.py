"""The page of a record, and its text as a reader sees it."""

import html
import re
from pathlib import Path

from reports.findings.answer import answer
from reports.write import write
from study.trials.record import StudyRecord


def page_of(record: StudyRecord, folder: Path) -> str:
    """The HTML of the report that is written into the folder."""
    return write(record, answer(record), folder).read_text(encoding="utf-8")


def text_of(page: str) -> str:
    """Without tags and the links to the glossary."""
    body = re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", page.split("</head>")[1])
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
