"""What must be said next to the verdict: what is missing, and what would mislead."""

from collections.abc import Iterator

from reports.findings.answer import Answer
from reports.findings.bounds import AtBound, winners_at_bounds
from reports.findings.confirmation import sizes_at
from reports.findings.runs import ended
from reports.words.formatting import count, percent, shown_value
from reports.words.labels import unit_of
from reports.words.phrases import MANY, plural
from search_spaces.cells import cell_name
from search_spaces.matching import size_warnings
from study.datasets.warnings import warnings
from study.terminal.words import number_of
from study.trials.record import StudyRecord


def remarks(record: StudyRecord, answer: Answer) -> list[str]:
    """In the order of how much they matter."""
    return [
        *_incomplete(record, answer),
        *_best(record, answer),
        *_failed(record),
        *_capped(record, answer),
        *size_warnings([sizes_at(record, record.budget.limit)] if record.searches else []),
        *_at_bounds(record),
        *warnings(record.dataset.facts, record.metric, record.margin),
    ]


def _incomplete(record: StudyRecord, answer: Answer) -> Iterator[str]:
    if answer.level and (later := len(record.searches) - answer.searches) > 0:
        yield (
            f"{plural(later, unit_of(record)).capitalize()} more {'has' if later == 1 else 'have'} "
            "begun or ended since the verdict was last looked at."
        )
    finished = sum(trial.finished for trial in record.trials)
    if finished < record.planned:
        yield (
            f"The searches that have begun are not complete: {finished:,} of "
            f"{number_of(record.planned, 'trial')} {'is' if finished == 1 else 'are'}."
        )


def _best(record: StudyRecord, answer: Answer) -> Iterator[str]:
    if answer.known or not answer.best:
        return
    bests = [
        f"{cell_name(cell)} {percent(trial.validation_accuracy or 0.0)} "
        f"({count(trial.cell_parameters or 0)} cell parameters, "
        f"{count(trial.model_parameters or 0)} in the model)"
        for cell, trial in answer.best.items()
    ]
    yield f"Of the lowest validation loss so far, by accuracy there: {', '.join(bests)}."


def _failed(record: StudyRecord) -> Iterator[str]:
    """Those that the answer does not say already."""
    for cell in record.cells:
        found = ended(record, cell)
        if 0 < found.failed <= MANY * found.runs:
            yield (
                f"{cell_name(cell)} failed in {found.failed:,} of "
                f"{number_of(found.runs, 'confirmed run')}; each counts as answering with the most "
                "frequent class."
            )


def _capped(record: StudyRecord, answer: Answer) -> Iterator[str]:
    """Before there is a verdict, the answer itself says so."""
    found = [ended(record, cell) for cell in record.cells]
    capped = sum(each.at_cap for each in found)
    complete = sum(each.runs - each.failed for each in found)
    if answer.verdict and capped > MANY * complete:
        yield (
            f"{capped:,} of {number_of(complete, 'confirmed run')} ended at the cap on epochs: "
            "what learns slowly was not finished. Ask again with more --epochs, under another "
            "--study-name."
        )


def _at_bounds(record: StudyRecord) -> Iterator[str]:
    for found in winners_at_bounds(record):
        if found.winners > MANY * found.of and found.winners > 1:
            yield (f"{bound(found)}: beyond it something better may lie.")


def bound(found: AtBound) -> str:
    """How many winners lie at a bound."""
    return (
        f"{found.winners:,} of {found.of:,} winners of {cell_name(found.cell)} "
        f"{'has' if found.winners == 1 else 'have'} a "
        f"{found.name.replace('_', ' ')} at the bound of its range, {shown_value(found.bound)}"
    )


def bounds(record: StudyRecord) -> str:
    """Every winner that lies at a bound."""
    found = [bound(each) for each in winners_at_bounds(record)]
    return f"{'; '.join(found)}." if found else "No winner lies at a bound of the search space."
