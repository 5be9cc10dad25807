"""How much each hyperparameter mattered to a cell, from the records alone."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from reports.findings.answer import complete_trials, loss_of
from study.trials.record import StudyRecord, TrialRecord

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution

FEWEST_TRIALS = 10  # with fewer complete ones, importances are noise
LOGARITHMIC = frozenset({"units", "learning_rate"})  # sampled evenly on a log scale


def importances(record: StudyRecord, cell: str) -> dict[str, float] | None:
    """Share of each hyperparameter in the validation loss of one cell; they sum to 1.

    Of the trials at the budget that was asked for, over all searches.

    By PED-ANOVA (Watanabe, Bansal & Hutter 2023, 2304.10255): how much the best trials, a
    tenth of all and at least five, stand out from all, one hyperparameter at a time.

    Returns:
        None where fewer than `FEWEST_TRIALS` trials are complete, nothing varied, or the best
        are no better than the rest.
    """
    import optuna

    trials = complete_trials(record.trials, cell, record.budget.limit)
    names = varied(trials)
    if len(trials) < FEWEST_TRIALS or not names:
        return None
    losses = sorted(loss_of(trial) for trial in trials)
    best = max(5, math.ceil(len(trials) / 10))
    if losses[best - 1] == losses[-1]:
        return None
    space = {
        name: _distribution(name, [trial.hyperparameters[name] for trial in trials])
        for name in names
    }
    study = _study(trials, space)
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(
        target_quantile=(best - 0.5) / len(trials)  # rounded up by Optuna, hence the half
    )
    shares = optuna.importance.get_param_importances(study, evaluator=evaluator, params=names)
    return {name: float(share) for name, share in shares.items()}


def _study(trials: Iterable[TrialRecord], space: "dict[str, BaseDistribution]") -> "optuna.Study":
    """The trials as a study of Optuna's, in memory."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it announces every study
    try:
        study = optuna.create_study(storage=optuna.storages.InMemoryStorage(), direction="minimize")
    finally:
        optuna.logging.set_verbosity(before)
    study.add_trials(
        optuna.create_trial(
            params={name: _value(trial.hyperparameters[name], space[name]) for name in space},
            distributions=space,
            value=loss_of(trial),
        )
        for trial in trials
    )
    return study


def varied(trials: Sequence[TrialRecord]) -> list[str]:
    """Hyperparameters that every trial has and that differ between trials, as first sampled."""
    if not trials:
        return []
    return [
        name
        for name in trials[0].hyperparameters
        if all(name in trial.hyperparameters for trial in trials)
        and len({_key(trial.hyperparameters[name]) for trial in trials}) > 1
    ]


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a hyperparameter's value lies on a scale."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _distribution(name: str, values: Iterable[Any]) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    found = list(values)
    if all(is_number(value) for value in found):
        return FloatDistribution(min(found), max(found), log=name in LOGARITHMIC)
    return CategoricalDistribution(sorted({_key(value) for value in found}))


def _value(value: Any, distribution: "BaseDistribution") -> float | str:
    from optuna.distributions import CategoricalDistribution

    return _key(value) if isinstance(distribution, CategoricalDistribution) else float(value)


def _key(value: object) -> str:
    return str(value)


def by_cell(record: StudyRecord) -> Mapping[str, Mapping[str, float] | None]:
    """`importances` of every cell."""
    return {cell: importances(record, cell) for cell in record.cells}
