"""`summary.json`: a study's answer for programs. Its keys are part of the interface."""

from collections.abc import Sequence
from typing import Any

from reports.comparison.verdict import Verdict
from reports.findings.answer import Answer, BudgetAnswer
from reports.findings.search import trial_counts
from study.trials.record import StudyRecord, TrialRecord

SCHEMA = 1


def summary(record: StudyRecord, answer: Answer) -> dict[str, Any]:
    """The summary as plain values for JSON.

    Accuracies are fractions, differences first cell minus second. A search alone has no
    `budgets`, and `verdict` is null.
    """
    dataset = record.dataset
    return {
        "schema": SCHEMA,
        "study": record.name,
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "train": dataset.train,
            "validation": dataset.validation,
            "test": dataset.test,
            "classes": {
                one.name: {"train": one.train, "validation": one.validation, "test": one.test}
                for one in dataset.facts.classes
            },
            "majority_baseline": dataset.facts.majority_baseline,
        },
        "budget": {"limit": record.budget.limit, "scope": record.budget.scope.value},
        "trials": trial_counts(record),
        "best": {cell: _best(trial) for cell, trial in answer.best.items()},
        "budgets": [_budget(record.cells, answered) for answered in answer.budgets],
        "verdict": _verdict(answer.verdict) if answer.verdict else None,
        "sentence": answer.sentence,
        "optimism": {
            cell: {"difference": estimate.value, "interval": estimate.interval()}
            for cell, estimate in answer.optimism.items()
        },
        "seconds": _seconds(record),
        "environment": dict(record.environment),
    }


def _best(trial: TrialRecord) -> dict[str, Any]:
    assert trial.candidate is not None
    return {
        "trial": trial.number,
        "units": trial.candidate.units,
        "cell_params": trial.cell_parameters,
        "model_params": trial.model_parameters,
        "validation_accuracy": trial.validation_accuracy,
        "hyperparameters": trial.candidate.hyperparameters,
    }


def _budget(cells: Sequence[str], answered: BudgetAnswer) -> dict[str, Any]:
    comparison = answered.comparison
    measured = {cell: _measured(answered, cell) for cell in cells}
    return {
        "limit": answered.budget.limit,
        **measured,
        "within_tolerance": answered.budget.within_tolerance,
        "difference": comparison.difference,
        "confidence": comparison.confidence,
        "interval_seeds": comparison.interval_seeds,
        "interval_seeds_examples": comparison.interval_seeds_examples,
        "p_value": comparison.p_value,
        "outcome": comparison.outcome.value,
        "probability_first_better": comparison.probability_first_better.value,
    }


def _measured(answered: BudgetAnswer, cell: str) -> dict[str, Any]:
    runs = answered.runs[cell]
    return {
        "units": runs[0].candidate.units,
        "cell_params": runs[0].cell_parameters,
        "model_params": runs[0].model_parameters,
        "test_accuracy": [run.test_accuracy for run in runs],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "cells": list(verdict.cells),
        "outcome": verdict.outcome.value,
        "winner": verdict.winner,
        "difference": verdict.difference,
        "interval": verdict.interval,
        "margin": verdict.margin,
        "seeds_needed": verdict.seeds_needed,
    }


def _seconds(record: StudyRecord) -> dict[str, float]:
    trained = [trial.seconds for trial in record.trials if trial.seconds is not None]
    trained += [run.seconds for run in record.confirmations if run.seconds is not None]
    return {
        "search": record.seconds.get("search", 0.0),
        "confirm": record.seconds.get("confirm", 0.0),
        "training": sum(trained),
    }
