"""What optuna-dashboard shows of a study besides its trials: notes, a figure, the models."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import optuna
from optuna_dashboard import save_note, save_plotly_graph_object

from reports.exports.plotly import PlotlyFigure, accuracy_by_parameters, difference_by_search
from reports.findings.answer import Answer
from reports.words.labels import budget_label, on_data
from reports.words.phrases import question
from study.trials.artifacts import upload
from study.trials.record import StudyRecord

_UPLOADED = "artifact_sha256"  # study attribute: digests of the files that were uploaded


def publish(
    search: optuna.Study,
    confirmation: optuna.Study | None,
    record: StudyRecord,
    answer: Answer,
) -> None:
    """Bring the notes and the pinned figures of both studies up to date.

    What sorts and filters the trials there are their own user attributes: `search`, `cell`,
    `budget` and others.
    """
    figures = {
        "accuracy-by-parameters": accuracy_by_parameters(record, answer),
        "difference-by-search": difference_by_search(record, answer),
    }
    _pin(search, _note(record, answer, _SEARCH), figures)
    if confirmation is not None:
        _pin(confirmation, _note(record, answer, _CONFIRMATION), figures)


def _pin(study: optuna.Study, note: str, figures: Mapping[str, PlotlyFigure | None]) -> None:
    save_note(study, note)
    for name, figure in figures.items():
        if figure is not None:
            save_plotly_graph_object(study, figure, graph_object_id=name)


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
Each trial trains one model for one budget on `{dataset}`; its value is the lowest *validation \
loss* of its looks: lower is better. Trials of one `search` share a train/validation split, and \
learn from the trials of the same `search` and `cell` only.

- Filter and sort by `search`, `cell`, `budget` (most {scope} parameters), `units`, \
`validation_accuracy` or `seconds`; `learning_curve` is under each trial's artifacts.
- Do not compare values between budgets, nor between searches, whose splits differ. The best of \
many trials is the luckiest of them; only the study *(confirmation)* uses the test split.
"""
_CONFIRMATION = """\
Each trial trains a winner of a `search` again on a fresh seed, at the width that matches the \
other cells' parameters at one `budget`; its value is the *validation loss*, and the one called \
best is that of the lowest. Of test scores there is no best: `test_accuracy` is the {metric} on \
the *test split*, scored once, and its means are compared{linear}. Trials of the same `search`, \
`budget` and `replicate` share seed, data order and split. A trial that failed counts as \
answering with the most frequent class; `at_epoch_cap` marks those that the cap on epochs ended.
"""


def _note(record: StudyRecord, answer: Answer, template: str) -> str:
    text = template.format(
        scope=record.budget.scope,
        dataset=_plain(record.dataset.name),
        metric=record.metric.display_name,
        linear=f"; a linear model's is {answer.linear.accuracy:.1%}" if answer.linear else "",
    )
    on = on_data(_plain(record.dataset.name), record.metric)
    asked = question(record.cells, budget_label(record), on)
    return f"**{_escaped(asked)}**\n\n{_escaped(answer.sentence)}\n\n{text}"


def _plain(text: str) -> str:
    """A name that may stand in Markdown's code."""
    return re.sub(r"[`\s]+", " ", "".join(c for c in text if c.isprintable()))


def _escaped(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+!<>|&~])", r"\\\1", _plain(text))
