"""Confirmation as a second Optuna study: matched pairs, fresh seeds, the test split.

The candidates are chosen once, when the search is done, and kept with the study: what
has been scored on the test split is never chosen again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import optuna
from optuna.trial import TrialState

from search_spaces.budget import Budget, BudgetError
from search_spaces.candidate import Candidate
from search_spaces.matching import MatchedPair, match
from study.phases.identity import name_metric
from study.phases.search import training_job
from study.question.plan import StudyPlan
from study.question.settings import MOST_BUDGETS, MOST_REPLICATES
from study.storage.folder import RunFolder
from study.storage.store import Store
from study.training.curve import CurvePoint
from study.training.scoring import ConfirmationJob, Score
from study.trials import attributes as attrs
from study.trials.queue import Queue, Slot
from study.trials.record import TrialRecord
from study.trials.sampler import derived_seed

CHOSEN = "chosen"  # study attribute: each cell's candidate
CHOSEN_TRIALS = "chosen_trials"  # study attribute: numbers of the search's trials they are from


def confirmation_name(search: str) -> str:
    """The name of the Optuna study that confirms a search."""
    return f"{search} (confirmation)"


def open_confirmation(
    store: Store, plan: StudyPlan, best: Mapping[str, TrialRecord]
) -> tuple[optuna.Study, tuple[Candidate, Candidate]]:
    """The Optuna study that confirms the candidates of these trials, created when missing.

    Returns:
        The study, and the candidates chosen when it was created.
    """
    storage = store.optuna()
    with store.locked():
        study = optuna.create_study(
            storage=storage,
            study_name=confirmation_name(plan.name),
            direction="maximize",
            load_if_exists=True,
        )
        if CHOSEN not in study.user_attrs:
            name_metric(study, "test_accuracy")
            numbers = {cell: trial.number for cell, trial in best.items()}
            study.set_user_attr(CHOSEN_TRIALS, numbers)
            packed = {
                cell: attrs.pack_candidate(trial.candidate)
                for cell, trial in best.items()
                if trial.candidate
            }
            study.set_user_attr(CHOSEN, packed)
    return study, chosen_candidates(study, plan.cells)


def chosen_candidates(study: optuna.Study, cells: Sequence[str]) -> tuple[Candidate, Candidate]:
    """The candidates that a confirmation study was created with, in the order of the cells."""
    packed = study.user_attrs[CHOSEN]
    first, second = (attrs.unpack_candidate(packed[cell]) for cell in cells)
    return first, second


def matched_pairs(
    chosen: tuple[Candidate, Candidate], ladder: Sequence[Budget], plan: StudyPlan
) -> list[MatchedPair]:
    """The chosen candidates at matching widths, a pair a budget.

    The ladder ends where one of the two, with all its layers, has no unit left.
    """
    pairs = []
    for budget in ladder:
        try:
            pairs.append(match(*chosen, budget, plan.task))
        except BudgetError:
            break
    return pairs


def confirmation_plan(pairs: Sequence[MatchedPair], replicates: int, plan: StudyPlan) -> list[Slot]:
    """Every pair on every seed; all budgets get a seed before any gets the next.

    A slot's number does not depend on how many budgets and seeds there are, so that more of
    either can be added later.
    """
    limits = [budget.limit for budget in plan.ladder()]
    return [
        _slot(pair, limits[budget], budget, replicate, plan)
        for replicate in range(replicates)
        for budget, pairing in enumerate(pairs)
        for pair in enumerate((pairing.first, pairing.second))
    ]


def _slot(
    pair: tuple[int, Candidate], limit: int, budget: int, replicate: int, plan: StudyPlan
) -> Slot:
    position, candidate = pair
    place = replicate * MOST_BUDGETS + budget  # shared by the two runs of a pair: so is the seed
    seed = derived_seed(plan.settings.run.seed, place, "confirm")
    cell = plan.cells[position].value
    return Slot(
        number=2 * place + position,
        params={"cell": cell, "budget": limit, "replicate": replicate},
        attributes={
            attrs.CELL: cell,
            attrs.BUDGET: limit,
            attrs.REPLICATE: replicate,
            **attrs.of_candidate(candidate, plan.task, seed),
        },
    )


@dataclass(frozen=True)
class ConfirmationWork:
    """Trials that train a matched candidate afresh and score it on the test split.

    Attributes:
        folder: Takes the models of the highest budget.
    """

    plan: StudyPlan
    folder: RunFolder

    def job(self, trial: optuna.Trial) -> ConfirmationJob:
        """What the plan says."""
        attributes = trial.user_attrs
        cell = trial.suggest_categorical("cell", [cell.value for cell in self.plan.cells])
        limit = trial.suggest_int("budget", 1, self.plan.budget.limit)
        replicate = trial.suggest_int("replicate", 0, MOST_REPLICATES - 1)
        highest = limit == self.plan.budget.limit
        candidate = attrs.unpack_candidate(attributes[attrs.CANDIDATE])
        return ConfirmationJob(
            training=training_job(candidate, self.plan, attributes[attrs.SEED]),
            save_to=self.folder.replicate_model(cell, replicate) if highest else None,
        )

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        """Report to Optuna; a confirmation run is never stopped."""
        trial.report(point.validation_accuracy, number)
        return True

    def finish(self, queue: Queue, trial: optuna.Trial, result: Score) -> None:
        """The test accuracy is the trial's value."""
        user_attrs = {
            **attrs.of_result(result.training),
            attrs.VALIDATION_ACCURACY: result.training.validation_accuracy,
            attrs.INFERENCE: round(result.inference_microseconds, 2),
            attrs.CORRECT: result.correct,
        }
        queue.finish(trial, TrialState.COMPLETE, result.test_accuracy, user_attrs)
