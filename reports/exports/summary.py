"""`summary.json`: a study's answer for programs. Its keys are part of the interface."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reports.comparison.pairs import PairComparison
from reports.comparison.verdict import Verdict
from reports.findings.answer import Answer, BudgetAnswer, EffortStep
from reports.findings.confirmation import accuracy_span, mean_accuracy, runs_of
from reports.findings.search import trial_counts
from search_spaces.candidate import Task
from study.machine.program import version
from study.trials.record import StudyRecord, TrialRecord

SCHEMA = 2


def summary(record: StudyRecord, answer: Answer) -> dict[str, Any]:
    """The summary as plain values for JSON.

    Accuracies are fractions, by the metric, and differences first cell minus second. Searches that
    are not confirmed have no `budgets`. Before the first look at the verdict `verdict` is null, and
    no comparison has an interval, an outcome or a p-value.
    """
    verdict = answer.verdict
    return {
        "schema": SCHEMA,
        "version": version(),
        "begun": _when(record.begun),
        "ended": _when(record.ended),
        "plans": _plans(record),
        "study": record.name,
        "dataset": _dataset(record),
        "baselines": _baselines(record, answer),
        "metric": record.metric.value,
        "budget": {"limit": record.budget.limit, "scope": record.budget.scope.value},
        "searches": {
            "planned": str(record.planned_searches),
            "complete": answer.searches,
            "looks": [look._asdict() for look in record.looks],
        },
        "sampler": record.settings.get("sampler", "tpe"),
        "trials": trial_counts(record),
        "best": {cell: _best(trial, record.task) for cell, trial in answer.best.items()},
        "budgets": [_budget(record, answer, answered) for answered in answer.budgets],
        "verdict": _verdict(verdict) if verdict else None,
        "mean_over_budgets": _mean(verdict) if verdict else None,
        "variance_shares": _shares(answer.known) if answer.known else None,
        "effort": [_effort(record.cells, answer, step) for step in answer.effort],
        "sentence": answer.sentence,
        "seconds": _seconds(record),
        "environment": dict(record.environment),
    }


def _plans(record: StudyRecord) -> list[dict[str, Any]]:
    return [
        {
            "sha256": plan.sha256,
            "stored": plan.stored.isoformat(),
            "trainings_before": plan.trainings,
        }
        for plan in record.registrations
    ]


def _dataset(record: StudyRecord) -> dict[str, Any]:
    dataset = record.dataset
    return {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "train": dataset.train,
        "validation": dataset.validation,
        "test": dataset.test,
        "classes": {
            one.name: {"train": one.train, "validation": one.validation, "test": one.test}
            for one in dataset.facts.classes
        },
        "majority_baseline": dataset.facts.majority_baseline(record.metric),
    }


def _baselines(record: StudyRecord, answer: Answer) -> dict[str, Any]:
    """What costs nothing: the class most frequent in training, and a linear model of the data."""
    facts, scored, linear = record.dataset.facts, record.baseline, answer.linear
    return {
        "majority": {
            "test_accuracy": facts.majority_baseline(record.metric),
            "class": facts.majority.name,
        },
        "linear": scored
        and {
            "test_accuracy": scored.accuracy,
            "description": scored.description,
            "examples": scored.examples,
            "converged": scored.converged,
            "seconds": scored.seconds,
            "failed": scored.reason,
            "comparisons": [
                {"cell": each.cell, "difference": each.difference, "interval": each.interval}
                for each in (linear.cells if linear else ())
            ],
        },
    }


def _when(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _best(trial: TrialRecord, task: Task) -> dict[str, Any]:
    assert trial.candidate is not None
    return {
        "trial": trial.number,
        "units": trial.candidate.units,
        "cell_params": trial.cell_parameters,
        "model_params": trial.model_parameters,
        "validation_accuracy": trial.validation_accuracy,
        "hyperparameters": trial.candidate.hyperparameters_for(task),
    }


def _budget(record: StudyRecord, answer: Answer, answered: BudgetAnswer) -> dict[str, Any]:
    looked = answer.verdict is not None
    return {
        "limit": answered.limit,
        **{cell: _measured(record, answered, cell) for cell in record.cells},
        "within_tolerance": all(each.within_tolerance for each in answered.winners),
        "comparisons": [_comparison(found, looked=looked) for found in answered.comparisons],
    }


def _measured(record: StudyRecord, answered: BudgetAnswer, cell: str) -> dict[str, Any]:
    """One value a search, or one for each of its seeds; null for a run that failed.

    `accuracy` is the mean of the test accuracies, in which a run that failed counts as one that
    always answers the most frequent class; its 95 % interval is over the searches.
    """
    runs = answered.answers.runs[cell]
    winners = [each.winners[cell] for each in answered.winners]
    candidates = [winner.candidate for winner in winners]
    chosen = {trial.number: trial.validation_accuracy for trial in record.trials}
    mean = mean_accuracy(answered, cell)
    return {
        "units": [candidate.units for candidate in candidates],
        "cell_params": [candidate.cell_parameters for candidate in candidates],
        "model_params": [each.model_parameters(record.task) for each in candidates],
        "validation_accuracy": [
            None if winner.trial is None else chosen.get(winner.trial) for winner in winners
        ],
        "test_accuracy": [[run.test_accuracy for run in of_search] for of_search in runs],
        "accuracy": mean.value,
        "accuracy_interval": accuracy_span(mean),
        "at_epoch_cap": sum(bool(run.at_epoch_cap) for run in runs_of(answered, cell)),
        "failed": sum(run.test_accuracy is None for run in runs_of(answered, cell)),
    }


def _comparison(found: PairComparison, *, looked: bool) -> dict[str, Any]:
    told = {
        "interval": found.interval,
        "outcome": found.outcome.value,
        "p_value": found.p_value,
    }
    return {
        "cells": list(found.cells),
        "difference": found.difference,
        **(told if looked else dict.fromkeys(told)),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "cells": list(verdict.cells),
        "outcome": verdict.outcome.value,
        "winner": verdict.winner,
        "difference": verdict.headline.difference,
        "interval": verdict.headline.interval,
        "prediction": verdict.headline.prediction,
        "margin": verdict.margin,
        "limit": verdict.limit,
        "alpha": verdict.alpha,
        "searches_needed": verdict.searches_needed,
    }


def _mean(verdict: Verdict) -> dict[str, Any] | None:
    found = verdict.mean_over_budgets
    if found is None:
        return None
    return {
        "difference": found.difference,
        "interval": found.interval,
        "outcome": found.outcome.value,
        "homogeneity_p": found.homogeneity_p,
    }


def _shares(known: Verdict) -> dict[str, float] | None:
    found = known.shares
    if found is None:
        return None
    return {"search": found.search, "seed": found.seed, "examples": found.examples}


def _effort(cells: Sequence[str], answer: Answer, step: EffortStep) -> dict[str, Any]:
    return {
        "trials": step.trials,
        **{cell: step.answers.accuracies(cell).mean(axis=1).tolist() for cell in cells},
        "difference": step.comparison.difference,
        "interval": step.comparison.interval if answer.verdict else None,
    }


def _seconds(record: StudyRecord) -> dict[str, float]:
    trained = [trial.seconds for trial in record.trials if trial.seconds is not None]
    trained += [run.seconds for run in record.confirmations if run.seconds is not None]
    return {
        "search": record.seconds.get("search", 0.0),
        "confirm": record.seconds.get("confirm", 0.0),
        "training": sum(trained),
    }
