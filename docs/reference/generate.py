"""The reference's pages, from the code. `python docs/reference/generate.py` writes them again."""

import inspect
import re
import signal
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

_NOTE = "<!-- Written by docs/reference/generate.py from the code. -->\n\n"
_STATUSES = """\
## Exit statuses

| status | meaning |
|---|---|
| 0 | done, or nothing was left to do |
| 1 | a bug, with its traceback; from `doctor`: something is not well |
| {usage} | what was given cannot be used; one sentence on stderr says what would be |
| {interrupted} | interrupted (SIGINT, Ctrl-C); the same command goes on |
| {terminated} | ended (SIGTERM); the same command goes on |
"""
_WRITTEN = {
    "summary.json": "The answer for programs",
    "trials.csv": "Every trial of the searches",
    "confirmations.csv": "Every confirmed run",
    "charts/*.svg": "Every chart of the report",
    "latex/": "With `--latex`: all that a paper needs",
    "<study-name>.parquet": "What `study.compare` was given from memory; numbers as `.npz`",
}


def pages() -> dict[str, str]:
    """The text of each page, by its file's name."""
    from api_page import api

    return {"commands.md": _commands(), "files.md": _files(), "api.md": _NOTE + api()}


def _commands() -> str:
    from study.__main__ import commands

    text = commands().generate_docs()
    text = re.sub(r" -m [\w.]+(?= )", "", text)  # as each is typed by itself
    text = text.replace(f"{ROOT}/", "")  # a default that is a file of the checkout's
    text = re.sub(r"^# isoparam$", "# Commands", text, count=1, flags=re.MULTILINE)
    return f"{_NOTE}{text.strip()}\n\n{_exit_statuses()}"


def _exit_statuses() -> str:
    from study.terminal.command import INTERRUPTED, USAGE

    return _STATUSES.format(usage=USAGE, interrupted=INTERRUPTED, terminated=128 + signal.SIGTERM)


def _files() -> str:
    from study.storage.folder import RunFolder

    folder = RunFolder(Path("runs/<study-name>"))
    rows = {
        getattr(folder, name).name: inspect.getdoc(member) or ""
        for name, member in vars(RunFolder).items()
        if isinstance(member, property)
    }
    rows["plan.json"] = inspect.getdoc(RunFolder.plan) or ""
    rows["models/<cell>.keras"] = inspect.getdoc(RunFolder.model) or ""
    rows["models/<cell>.json"] = inspect.getdoc(RunFolder.model_card) or ""
    rows |= _WRITTEN
    table = "".join(f"| `{name}` | {_line(text)} |\n" for name, text in sorted(rows.items()))
    return (
        f"{_NOTE}# Files\n\nThe folder of a study, `runs/<study-name>/`:\n\n| file | what it is |\n"
        f"|---|---|\n{table}{_columns()}"
    )


_TABLES = {
    "trials.csv": "and `sampled_<name>` for each hyperparameter, as it was sampled; `reason` of a "
    "failure",
    "confirmations.csv": "and one for each hyperparameter; `reason` of a failure",
    "accuracies": "from Python alone, `result.accuracies`",
}


def _columns() -> str:
    """What each column of a table holds."""
    from reports.exports.columns import ACCURACIES, CONFIRMATIONS, TRIALS

    text = ""
    tables = zip(_TABLES.items(), (TRIALS, CONFIRMATIONS, ACCURACIES), strict=True)
    for (name, more), columns in tables:
        rows = "".join(f"| `{column}` | {said} |\n" for column, said in columns.items())
        text += f"\n## {name}\n\nColumns ({more}):\n\n| column | what it holds |\n|---|---|\n{rows}"
    return text


def _line(text: str) -> str:
    """The first paragraph, without its full stop."""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split()).removesuffix(".")


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
