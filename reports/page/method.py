"""How a study was done, in words."""

from reports.comparison.estimate import Estimate
from reports.findings.answer import Answer
from reports.page.blocks import Definition
from reports.words.formatting import count, counted, interval, points
from search_spaces.cells import Cell, cell_name
from study.terminal.words import duration
from study.trials.record import StudyRecord

_PHASES = {"search": "Search", "confirm": "confirmation"}


def method(record: StudyRecord, answer: Answer) -> tuple[Definition, ...]:
    """How the study was done."""
    dataset = record.dataset
    first, second = (cell_name(cell) for cell in record.cells)
    margin = points(record.margin)
    return (
        Definition(
            "Splits",
            f"{count(dataset.train)} examples train, {count(dataset.validation)} validate (they "
            "choose hyperparameters and the epoch whose weights are kept), "
            f"{count(dataset.test)} test. The search never reads the test split; each confirmed "
            f"model is scored on it once. Of each text it reads the last "
            f"{counted(dataset.sequence_length, dataset.level)}. Fingerprint of the data: "
            f"{dataset.fingerprint}.",
        ),
        Definition(
            "Search",
            f"{counted(record.planned, 'trial')}, {first} and {second} in turn, each sampled by a "
            "TPE that learns from its own cell only. No trial can exceed the budget: the widest "
            "model within it bounds the units.",
        ),
        Definition(
            "Model",
            f"Embedding, recurrent layers, dense output for {record.task.classes} classes; "
            f"vocabulary {count(record.task.vocabulary)}. On d inputs a recurrent layer of u units "
            f"has so many parameters: {_formulas(record)}.",
        ),
        Definition(
            "Confirmation",
            "At the budget and its halvings each cell takes its best hyperparameters; the widths "
            "are the largest whose counts differ by at most 1 %. Both cells of a pair share seed, "
            "data order and split. The intervals leave out the luck of the search, which is "
            "run once: another could choose other hyperparameters."
            if record.budgets
            else "Not run.",
        ),
        Definition(
            "Rule of the verdict",
            f"Written down before any run, with a margin of {margin} points. Better: the 95 % "
            "interval of the mean difference excludes zero, and the difference is at least the "
            "margin. Detectable but negligible: it excludes zero, but the 90 % interval lies "
            f"within \N{PLUS-MINUS SIGN}{margin} points. Equivalent: the 90 % interval lies "
            "within them, and the 95 % one includes zero. Undecided: anything else.",
        ),
        Definition("Optimism of selection", _optimism(answer)),
        Definition("Time", _time(record)),
    )


def _formulas(record: StudyRecord) -> str:
    """The exact sizes of the compared cells."""
    cells = {trial.candidate.cell for trial in record.trials if trial.candidate}
    return ", ".join(
        f"{cell.display_name} {cell.gates}u(d + u + {cell.biases})"
        for cell in Cell
        if cell in cells
    )


def _time(record: StudyRecord) -> str:
    """How long it took."""
    phases = [
        f"{_PHASES.get(phase, phase)} {duration(seconds)}"
        for phase, seconds in record.seconds.items()
        if seconds
    ]
    if not phases:
        return "Not recorded."
    return f"{', '.join(phases)}; by the clock, pauses left out."


def _optimism(answer: Answer) -> str:
    if not answer.optimism:
        return (
            "Not known. The validation accuracy of the best of many trials is "
            "expected to be above what the same model reaches on new examples."
        )
    told = [
        f"{cell_name(cell)} {points(estimate.value)} points{_bounds(estimate)}"
        for cell, estimate in answer.optimism.items()
    ]
    return (
        "Validation accuracy of the trial that was chosen, minus mean test accuracy of its "
        f"confirmation at the full budget: {'; '.join(told)}. The chosen and the confirmed model "
        "can differ in width."
    )


def _bounds(estimate: Estimate) -> str:
    bounds = estimate.interval()
    return f" (95 % interval {interval(bounds)})" if bounds else ""
