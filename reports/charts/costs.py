"""What a model costs at its size."""

from functools import partial

from reports.charts.confirmed_layers import Layers, confirmed_layers
from reports.charts.figure import Figure, figure
from reports.drawing.axes import Axis, accuracy_axis, log_axis
from reports.drawing.chart import Chart
from reports.findings.answer import Answer
from reports.findings.confirmation import cost_of, inference_microseconds, training_seconds
from reports.tables.confirmation import cost_table
from reports.words.labels import metric_name, metric_title
from study.trials.record import StudyRecord


@figure
def costs(record: StudyRecord, answer: Answer) -> Figure | None:
    """Test accuracy against training time and against inference time; equal size, other cost."""
    measures = (
        ("training-time", "Training time of a model, seconds", training_seconds),
        ("inference-time", "Inference time of an example, microseconds", inference_microseconds),
    )
    charts = []
    for key, label, cost in measures:
        found = confirmed_layers(record, answer, partial(cost_of, cost=cost))
        if found.layers:
            charts.append(_cost_chart(record, key, log_axis(label, found.sizes), found))
    if not charts:
        return None
    return Figure(
        charts=tuple(charts),
        caption=f"Mean {metric_name(record, 'test')} with its 95 % interval, against what a model "
        "costs at that budget: the median over the runs, and a bar from the least to the most. "
        "Training time is the epochs it took times the fastest of several, and inference time the "
        "fastest of several passes, both of a model of its own width, timed once for every shape "
        "on the machine that ran it, where other trainings may have run beside. The axes are "
        "logarithmic.",
        numbers=cost_table(record, answer),
    )


def _cost_chart(record: StudyRecord, key: str, x: Axis, found: Layers) -> Chart:
    return Chart(
        key=f"accuracy-by-{key}",
        title=f"{metric_title(record, 'test')} against {x.label[0].lower()}{x.label[1:]}",
        description=f"Mean {metric_name(record, 'test')} of each cell at each budget, with its "
        f"interval, against the median {x.label[0].lower()}{x.label[1:]}.",
        x=x,
        y=accuracy_axis(metric_title(record, "test"), found.accuracies),
        layers=found.layers,
        width=400,
        height=310,
    )
