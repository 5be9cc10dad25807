"""What a study has found, for a notebook or a script."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.charts.figure import Figure as ReportFigure
from reports.charts.figure import charts_of, figures
from reports.drawing.draw import figure_of
from reports.exports.csv_files import accuracies_frame, confirmations_frame, trials_frame
from reports.exports.summary import summary
from reports.findings.answer import Answer, answer
from reports.page.extract import extract
from search_spaces.cells import Cell
from study.api.calling import from_python
from study.errors import UserError
from study.runs.archive import Archive
from study.runs.models import SavedModel, load_model
from study.trials.record import ConfirmationRecord, Status, StudyRecord, TrialRecord

if TYPE_CHECKING:
    import keras
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

_OPEN = {Status.PLANNED, Status.RUNNING}


class Figures(Mapping[str, "Figure"]):
    """The report's charts by name, each drawn by Matplotlib when it is asked for."""

    def __init__(self, made: Mapping[str, ReportFigure | None]) -> None:
        self._charts = {chart.key: chart for chart in charts_of(made)}

    def __getitem__(self, name: str) -> "Figure":
        if name not in self._charts:
            raise KeyError(f"There is no figure {name!r}; there are {', '.join(self)}.")
        return figure_of(self._charts[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._charts)

    def __len__(self) -> int:
        return len(self._charts)

    def __repr__(self) -> str:
        return f"Figures({', '.join(self)})"


class Result:
    """What a study has found, finished or interrupted, as it was when this was made.

    A notebook shows it as the beginning of its report.

    Attributes:
        folder: The study's, with everything that it leaves.
        report: The report, `report.html` in it.
        resume: The command that goes on with the study in a shell. From Python `study.compare`
            with the same arguments does.
    """

    def __init__(self, archive: Archive, record: StudyRecord) -> None:
        self.folder: Path = archive.folder.path.absolute()
        self.report: Path = archive.folder.report.absolute()
        self.resume: str = archive.resume()
        self._storage = archive.store.shown_url if archive.shared else None
        self._record = record
        self._models: dict[str | None, SavedModel] = {}

    @property
    def verdict(self) -> str:
        """The answer, what must be known before it is read, and what asking again would find."""
        return self._answer.sentence

    @property
    def answer(self) -> str:
        """The answer in one sentence: what it comes to, and in parentheses its grounds."""
        return self._answer.statement.sentence

    @property
    def finished(self) -> bool:
        """Whether the study has done all that was planned, or was decided earlier."""
        record, found = self._record, self._answer
        runs: list[TrialRecord | ConfirmationRecord] = [*record.trials, *record.confirmations]
        if any(run.status in _OPEN for run in runs):
            return False
        if not record.settings["confirm"]:
            return len({trial.search for trial in record.trials}) >= record.planned_searches.least
        whole = found.decided or found.searches >= record.planned_searches.most
        return found.verdict is not None and whole

    @property
    def accuracies(self) -> "pd.DataFrame":
        """Accuracy on the test split and its 95 % interval of each cell at each budget, a row each.

        They are the report's, over the runs that the verdict rests on, with the linear model's and
        the majority class's.
        """
        return accuracies_frame(self._record, self._answer).convert_dtypes()

    @property
    def trials(self) -> "pd.DataFrame":
        """Every trial of the searches, a row each, with the columns of `trials.csv`."""
        return trials_frame(self._record).convert_dtypes()

    @property
    def confirmations(self) -> "pd.DataFrame":
        """Every run that was scored on the test split, with the columns of `confirmations.csv`.

        The verdict rests on those whose `effort` is 1.0: the others train what had won after a
        part of the trials.
        """
        return confirmations_frame(self._record).convert_dtypes()

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The content of `summary.json`."""
        told: dict[str, Any] = json.loads(json.dumps(summary(self._record, self._answer)))
        return told

    @cached_property
    def figures(self) -> Figures:
        """The report's charts by the names that they have in `charts/`, as Matplotlib's figures."""
        return Figures(self._figures)

    def model(self, cell: str | None = None) -> "keras.Model":
        """The best model of a cell, loaded by Keras; its `name` is the cell's.

        It takes what `encode` makes of examples.

        Args:
            cell: Its name, such as "gru"; None: of the cell with the lowest validation loss.

        Raises:
            UserError: The study has no model of it.
        """
        return self._saved(cell).model

    def encode(self, examples: Sequence[Any]) -> "NDArray[Any]":
        """Examples as the models of this study read them, for `model`'s own `predict`.

        Args:
            examples: As `predict` takes them.

        Returns:
            Of texts int32 of (examples, steps), with 0 to the left of shorter ones; of numbers
            float32 of (examples, steps, features), standardised.

        Raises:
            UserError: The study has no model.
        """
        return self._saved(None).reading.encode(_several(examples))

    def predict(self, examples: Sequence[Any], cell: str | None = None) -> list[tuple[str, float]]:
        """Each example's most probable class and its probability, by the best model of a cell.

        The first call loads Keras and the model, which takes some seconds.

        Args:
            examples: Texts; or series of numbers, each (steps, features).
            cell: As `model` takes it.

        Raises:
            UserError: The study has no model of it.
        """
        return self._saved(cell).classify(_several(examples))

    def __repr__(self) -> str:
        return self.answer

    def _repr_html_(self) -> str:
        return extract(self._record, self._answer, self._figures, self.report)

    def _saved(self, cell: str | None) -> SavedModel:
        name = None if cell is None else cell if ":" in cell else cell.lower()
        if name not in self._models:
            with from_python():
                if name is not None and name not in self._record.cells:
                    raise UserError(
                        f"The study compares {', '.join(self._record.cells)}, but the model of "
                        f"{cell!r} was asked for."
                    )
                found = None if name is None else Cell(name)
                self._models[name] = load_model(self.folder, found, self._storage)
        return self._models[name]

    @cached_property
    def _answer(self) -> Answer:
        return answer(self._record)

    @cached_property
    def _figures(self) -> dict[str, ReportFigure | None]:
        return figures(self._record, self._answer)


def _several(examples: Sequence[Any]) -> list[Any]:
    if isinstance(examples, str):
        raise UserError("Several texts are taken, but one was given. Put it into a list.")
    return list(examples)
