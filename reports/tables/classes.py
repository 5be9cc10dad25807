"""Tables of the best models' answers, class by class."""

from collections.abc import Mapping

from reports.findings.classes import ByClass
from reports.tables.table import Row, Table, columns
from reports.words.formatting import NOTHING, count, percent
from reports.words.labels import style_of
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord

MOST_CLASSES = 40  # that are listed
MOST_ACROSS = 16  # classes of a whole confusion matrix
MOST_PAIRS = 8  # of each cell
_SHADES = (0.02, 0.1, 0.3, 0.6)  # shares from which a field of a matrix is darker


def classes_table(record: StudyRecord, found: Mapping[str, ByClass]) -> Table:
    """How much of each class each best model answers rightly; of many classes the worst."""
    labels = record.dataset.labels
    rights = {cell: answers.shares.diagonal() for cell, answers in found.items()}
    tests = next(iter(found.values())).counts.sum(axis=1)
    order = list(range(len(labels)))
    if few := len(labels) > MOST_CLASSES:
        worst = sorted(order, key=lambda label: min(each[label] for each in rights.values()))
        order = [label for label in worst if tests[label]][:MOST_CLASSES]
    rows = [
        Row(
            (
                labels[label],
                count(int(tests[label])),
                *(
                    percent(float(each[label])) if tests[label] else NOTHING
                    for each in rights.values()
                ),
            )
        )
        for label in order
    ]
    more = f": the worst {len(rows)} of {len(labels):,} classes" * few
    return Table(
        f"Share of each class that the best models answer rightly{more}",
        columns("Class", "#Test examples", *(f"#{cell_name(cell)}" for cell in found)),
        tuple(rows),
    )


def matrix_table(record: StudyRecord, cell: str, found: ByClass) -> Table | None:
    """Which classes a best model takes for which; None where there are many classes."""
    labels = record.dataset.labels
    if len(labels) > MOST_ACROSS:
        return None
    rows = tuple(
        Row(
            (label, *(count(int(number)) if number else "\N{MIDDLE DOT}" for number in counts)),
            shades=(0, *(sum(share >= least for least in _SHADES) for share in shares)),
        )
        for label, counts, shares in zip(labels, found.counts, found.shares, strict=True)
    )
    return Table(
        f"{cell_name(cell)}: test examples by true class (rows) and by answer (columns)",
        columns("Class", *(f"#{label}" for label in labels)),
        rows,
        matrix=True,
    )


def pairs_table(record: StudyRecord, found: Mapping[str, ByClass]) -> Table:
    """The pairs of classes that are confused most often."""
    rows = [
        Row(
            (
                cell_name(cell),
                each.truth,
                each.answered,
                count(each.examples),
                percent(each.share),
            ),
            style_of(record, cell),
        )
        for cell, answers in found.items()
        for each in answers.worst(MOST_PAIRS)
    ]
    return Table(
        "The most frequent confusions of the best models",
        columns("Cell", "Class", "Taken for", "#Test examples", "#Share of the class"),
        tuple(rows),
    )
