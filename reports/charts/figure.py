"""Every chart of a report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports.charts.confirmation import confirmed_curves, cost_charts, difference_by_budget
from reports.charts.hyperparameters import hyperparameter_charts, importance_chart
from reports.charts.search import accuracy_by_size, best_so_far, learning_curves
from reports.drawing.chart import Chart
from reports.findings.answer import Answer
from reports.findings.importances import by_cell
from study.trials.record import StudyRecord


@dataclass(frozen=True, kw_only=True)
class Charts:
    """The charts that a study's records can fill; nothing is drawn yet.

    Attributes:
        difference: None before confirmation; so are `costs` and `confirmed_curves` empty.
        shares: Importances of the hyperparameters by cell; None where there are too few trials.
    """

    sizes: Chart
    difference: Chart | None
    costs: tuple[Chart, ...]
    search_curves: tuple[Chart, ...]
    confirmed_curves: tuple[Chart, ...]
    progress: Chart
    hyperparameters: tuple[Chart, ...]
    importances: Chart | None
    shares: Mapping[str, Mapping[str, float] | None]

    def __iter__(self) -> Iterator[Chart]:
        for chart in (self.difference, self.sizes, self.progress, self.importances):
            if chart is not None:
                yield chart
        yield from (*self.costs, *self.search_curves, *self.confirmed_curves)
        yield from self.hyperparameters


def gallery(record: StudyRecord, answer: Answer) -> Charts:
    """Compute every chart."""
    shares = by_cell(record)
    confirmed = bool(answer.budgets)
    return Charts(
        sizes=accuracy_by_size(record, answer),
        difference=(
            difference_by_budget(record, answer, answer.verdict) if answer.verdict else None
        ),
        costs=tuple(cost_charts(record, answer)) if confirmed else (),
        search_curves=tuple(learning_curves(record)),
        confirmed_curves=tuple(confirmed_curves(record, answer)) if confirmed else (),
        progress=best_so_far(record),
        hyperparameters=tuple(hyperparameter_charts(record)),
        importances=importance_chart(shares),
        shares=shares,
    )
