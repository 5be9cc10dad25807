"""What optuna-dashboard shows of a study besides its trials: notes, a figure, the models."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import optuna
from optuna_dashboard import save_note, save_plotly_graph_object

from reports.exports.plotly import accuracy_by_parameters
from reports.findings.answer import Answer
from reports.words.formatting import count
from search_spaces.cells import cell_name
from study.trials.artifacts import upload
from study.trials.record import StudyRecord

_UPLOADED = "artifact_sha256"  # study attribute: digests of the files that were uploaded


def publish(
    search: optuna.Study,
    confirmation: optuna.Study | None,
    record: StudyRecord,
    answer: Answer,
) -> None:
    """Bring the notes and the pinned figure of both studies up to date."""
    figure = accuracy_by_parameters(record, answer)
    save_note(search, _note(record, answer, _SEARCH))
    save_plotly_graph_object(search, figure, graph_object_id="accuracy-by-parameters")
    if confirmation is not None:
        save_note(confirmation, _note(record, answer, _CONFIRMATION))
        save_plotly_graph_object(confirmation, figure, graph_object_id="accuracy-by-parameters")


def upload_files(study: optuna.Study, files: Iterable[Path], artifacts: Path) -> None:
    """Put files among the study's artifacts; what is there already is not uploaded again."""
    uploaded = dict(study.user_attrs.get(_UPLOADED, {}))
    for path in files:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if uploaded.get(path.name) != digest:
            upload(path, study, artifacts)
            uploaded[path.name] = digest
    if uploaded:
        study.set_user_attr(_UPLOADED, uploaded)


_SEARCH = """\
Each trial trains one model of at most {limit} {scope} parameters on `{dataset}`; its value is \
the accuracy on the validation split. The cells take turns, and each is tuned from its own trials.

- Sort the trials by `cell_params`, `units` or `seconds`; `learning_curve` is under each trial's \
artifacts.
- The best of many trials is the luckiest of them: its accuracy is optimistic. Only the study \
*(confirmation)* uses the test split.
"""
_CONFIRMATION = """\
Each trial trains one of the chosen candidates again on a fresh seed, at the width that matches \
the other cell's parameters at one budget (`budget`); its value is the accuracy on the test split, \
scored once. Trials of the same `budget` and `replicate` are a pair: they share seed, data order \
and validation split.
"""


def _note(record: StudyRecord, answer: Answer, template: str) -> str:
    first, second = (cell_name(cell) for cell in record.cells)
    text = template.format(
        limit=count(record.budget.limit),
        scope=record.budget.scope,
        dataset=_plain(record.dataset.name),
    )
    return (
        f"**At an equal parameter budget, which is more accurate, {first} or {second}?**\n\n"
        f"{_escaped(answer.sentence)}\n\n{text}"
    )


def _plain(text: str) -> str:
    """A name that may stand in Markdown's code."""
    return re.sub(r"[`\s]+", " ", "".join(c for c in text if c.isprintable()))


def _escaped(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+!<>|&~])", r"\\\1", _plain(text))
