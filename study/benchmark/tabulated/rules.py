"""What training and choosing by other rules would find: stopping rules and criteria on the table.

A search draws points at random and chooses one of them on one split. What it has found is the
mean test accuracy of that point at the full width on the other splits, by the same rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search_spaces.cells import Cell
from study.benchmark.table import Table, Value
from study.benchmark.tabulated.stopping import StoppingRule
from study.benchmark.tabulated.trainings import TrainingTable, load_whole
from study.question.plan import resolve
from study.question.settings import DataSettings, Settings

PATIENCES = (3, 6, 8, 12)
CAPS = (40, 80, 100)
TRIALS = (4, 8, 16)  # of a cell in a search

Values = NDArray[np.float64]
Epochs = NDArray[np.intp]


@dataclass(frozen=True)
class Choice:
    """How a training's epoch is chosen, and by what a training is.

    Attributes:
        epoch: From 0, (cells, points, seeds): the one whose weights are kept.
        score: Of the training, lower is better, (cells, points, seeds).
    """

    epoch: Epochs
    score: Values


@dataclass(frozen=True)
class Curves:
    """A table's trainings until a rule stops them; points are flattened, the full width's last.

    Attributes:
        loss, accuracy: Of validation, (cells, points, seeds, epochs); NaN where not trained.
        test: Test accuracy, (cells, points, seeds, epochs).
        trained: Epochs, (cells, points, seeds).
        widths: Levels of the width, the slowest to change.
    """

    loss: Values
    accuracy: Values
    test: Values
    trained: Epochs
    widths: int

    @classmethod
    def stopped(cls, table: TrainingTable, rule: StoppingRule) -> "Curves":
        """By this rule."""
        arrays, sizes = table.arrays, table.plan.dataset.sizes
        cells, seeds, epochs = len(table.grids), table.seeds, table.rule.epochs
        loss, right, test = (
            array.reshape(cells, -1, seeds, epochs).astype(float)
            for array in (arrays.loss, arrays.validation, arrays.test)
        )
        trained = rule.trained(loss)
        seen = np.arange(epochs) < trained[..., None]
        return cls(
            np.where(seen, loss, np.nan),
            np.where(seen, right / sizes["validation"], np.nan),
            test / sizes["test"],
            trained,
            len(table.grids[0].levels[0]),
        )

    def by_loss(self) -> Choice:
        """The lowest validation loss."""
        return Choice(np.nanargmin(self.loss, axis=-1), np.nanmin(self.loss, axis=-1))

    def by_accuracy(self) -> Choice:
        """The highest validation accuracy."""
        return _highest(self.accuracy)

    def by_smoothed_accuracy(self) -> Choice:
        """The highest mean of an epoch's validation accuracy and its neighbours'."""
        padded = np.pad(self.accuracy, [*[(0, 0)] * 3, (1, 1)], constant_values=np.nan)
        three = np.stack([padded[..., :-2], padded[..., 1:-1], padded[..., 2:]])
        counts = np.isfinite(three).sum(axis=0)
        mean = np.nansum(three, axis=0) / np.maximum(counts, 1)
        return _highest(np.where(np.isnan(self.accuracy), np.nan, mean))


def _highest(values: Values) -> Choice:
    return Choice(np.nanargmax(values, axis=-1), -np.nanmax(values, axis=-1))


@dataclass(frozen=True)
class Searches:
    """Searches that choose by one criterion.

    Attributes:
        found: What each search's winner is worth, (cells, searches), fractions.
        capped: Share of the winners' trainings at the full width that end at the cap, (cells,).
    """

    found: Values
    capped: Values

    @classmethod
    def drawn(
        cls, curves: Curves, choice: Choice, capped: NDArray[np.bool_], trials: int, searches: int
    ) -> "Searches":
        """Of so many trials of each cell, all on one split."""
        test = np.take_along_axis(curves.test, choice.epoch[..., None], axis=-1)[..., 0]
        cells, points, seeds = test.shape
        of_a_width = points // curves.widths
        random = np.random.default_rng(trials)
        splits = random.integers(seeds, size=searches)
        found, at_cap = [], []
        for cell in range(cells):
            tried = random.random((searches, points)).argsort(axis=1)[:, :trials]
            best = choice.score[cell][tried, splits[:, None]].argmin(axis=1)
            wide = points - of_a_width + tried[np.arange(searches), best] % of_a_width
            others = test[cell, wide].sum(axis=1) - test[cell, wide, splits]
            found.append(others / (seeds - 1))
            at_cap.append(capped[cell, wide].mean())
        return cls(np.array(found), np.array(at_cap))


def measure(searches: int, path: Path, data: DataSettings | None = None) -> list[Table]:
    """Stopping rules and criteria in the table of trainings at `path`.

    Args:
        searches: Drawn for each figure.
        data: Of the table; the study's default where None.

    Raises:
        UserError: The table cannot be used.
    """
    table = load_whole(path, resolve(Settings(data=data or DataSettings())))
    return [stopping(table, searches), criteria(table, searches)]


def stopping(table: TrainingTable, searches: int) -> Table:
    """What each stopping rule finds, and what it costs."""
    rules = [StoppingRule(patience, cap) for cap in CAPS for patience in PATIENCES]
    per_cell = {
        "all": ".2%",
        "epochs": ".1f",
        "at cap": ".0%",
        "winners": ".2%",
        "±": ".2%",
        "winners at cap": ".0%",
    }
    return Table(
        name="rules_stopping",
        title=f"Stopping rules in a table, {TRIALS[1]} trials of a cell ({searches} searches)",
        columns={
            "patience": ".0f",
            "cap": ".0f",
            **_headings(table.plan.cells, per_cell),
        },
        rows=[_stopping_row(table, rule, searches) for rule in rules if table.rule.covers(rule)],
        notes=(
            "Test accuracy after the epoch of the lowest validation loss: of all points, and of "
            "the points that searches choose. ±: standard deviation over searches.",
        ),
    )


def _stopping_row(table: TrainingTable, rule: StoppingRule, searches: int) -> tuple[Value, ...]:
    curves = Curves.stopped(table, rule)
    choice = curves.by_loss()
    patient = curves.trained - 1 - choice.epoch < rule.patience
    capped = (curves.trained == rule.epochs) & patient
    found = Searches.drawn(curves, choice, capped, TRIALS[1], searches)
    test = np.take_along_axis(curves.test, choice.epoch[..., None], axis=-1)
    row: list[Value] = [rule.patience, rule.epochs]
    for cell in range(len(table.grids)):
        row += [float(values.mean()) for values in (test[cell], curves.trained[cell], capped[cell])]
        row += [float(found.found[cell].mean()), float(found.found[cell].std())]
        row.append(float(found.capped[cell]))
    return tuple(row)


def criteria(table: TrainingTable, searches: int) -> Table:
    """What searches find that choose by validation loss, or by accuracy."""
    return Table(
        name="rules_criteria",
        title=f"What winners are chosen by, in a table ({searches} searches)",
        columns={
            "trials of a cell": ".0f",
            "chosen by": "",
            **_headings(table.plan.cells[:2], {"winners": ".2%", "±": ".2%"}),
            "± of the difference": ".2%",
        },
        rows=list(_criteria_rows(table, searches)),
        notes=(
            "Of each training the epoch is kept that the same criterion prefers. Standard "
            "deviations over searches; both cells of a search share its split.",
        ),
    )


def _criteria_rows(table: TrainingTable, searches: int) -> Iterator[tuple[Value, ...]]:
    curves = Curves.stopped(table, table.planned_rule)
    choices = {
        "accuracy": curves.by_accuracy(),
        "accuracy over three epochs": curves.by_smoothed_accuracy(),
        "validation loss": curves.by_loss(),
    }
    nowhere = np.zeros(curves.trained.shape, np.bool_)
    for trials in TRIALS:
        for name, choice in choices.items():
            found = Searches.drawn(curves, choice, nowhere, trials, searches).found
            each = [value for cell in found[:2] for value in (cell.mean(), cell.std())]
            yield trials, name, *map(float, each), float((found[0] - found[1]).std())


def _headings(cells: tuple[Cell, ...], columns: dict[str, str]) -> dict[str, str]:
    return {
        f"{cell.display_name}: {heading}": form
        for cell in cells
        for heading, form in columns.items()
    }
