"""What validation promised, and what the test split gave."""

from reports.charts.figure import Figure, figure
from reports.drawing.axes import accuracy_axis
from reports.drawing.chart import Chart, Emphasis, Layer, Line, Points, styled, subsample
from reports.drawing.theme import Colour
from reports.findings.answer import Answer
from reports.findings.confirmation import optimism
from reports.tables.table import Row, Table, columns
from reports.words.formatting import points
from reports.words.labels import budget_label, metric_name, metric_title, style_of
from search_spaces.cells import cell_name
from study.trials.record import Status, StudyRecord

MOST_POINTS = 300  # of each cell


@figure
def validation_against_test(record: StudyRecord, answer: Answer) -> Figure | None:
    """Validation against test accuracy of every complete run."""
    layers: list[Layer] = []
    told: list[float] = []
    for cell, style in styled(record.cells):
        found = _accuracies(record, cell)
        shown = [found[place] for place in subsample(len(found), MOST_POINTS)]
        layers.append(
            Points(
                style=style,
                x=tuple(validation for validation, _ in shown),
                y=tuple(test for _, test in shown),
                emphasis=Emphasis.PLAIN,
                label=cell_name(cell),
            )
        )
        told += [accuracy for pair in shown for accuracy in pair]
    if not told or not answer.budgets:
        return None
    both = accuracy_axis("", told)
    equal = Line(
        colour=Colour.EDGE, x=(both.low, both.high), y=(both.low, both.high), dashed=True,
        label="equal",
    )  # fmt: skip
    chart = Chart(
        key="validation-against-test",
        title=f"{metric_title(record, 'test')} against {metric_name(record, 'validation')}",
        description="Every complete confirmed run; on the dashed line both are equal.",
        x=accuracy_axis(metric_title(record, "validation"), told),
        y=accuracy_axis(metric_title(record, "test"), told),
        layers=(equal, *layers),
        height=400,
    )
    return Figure(
        charts=(chart,),
        caption="Every confirmed run at every budget. A point below the dashed line did better on "
        "validation, which said when to stop, than on the test split, which chose no model.",
        numbers=_table(record, answer),
    )


def _accuracies(record: StudyRecord, cell: str) -> list[tuple[float, float]]:
    """Validation and test accuracy of a cell's complete runs."""
    return [
        (run.validation_accuracy, run.test_accuracy)
        for run in record.confirmations
        if run.cell == cell
        and run.status is Status.COMPLETE
        and run.validation_accuracy is not None
        and run.test_accuracy is not None
    ]


def _table(record: StudyRecord, answer: Answer) -> Table:
    rows = [
        Row(
            (
                cell_name(cell),
                points(found.chosen, 2),
                points(found.confirmed, 2),
                points(found.of_choosing, 2),
            ),
            style_of(record, cell),
        )
        for cell in record.cells
        if (found := optimism(record, answer, cell))
    ]
    return Table(
        f"Validation minus {metric_name(record, 'test')} at {budget_label(record)}, points: of the "
        "trials that won their search (often narrower), and of their confirmed runs, which nobody "
        "chose; the first less the second comes of having been chosen, and of the other width",
        columns("Cell", "#Winning trials", "#Confirmed runs", "#Optimism of choosing"),
        tuple(rows),
    )
