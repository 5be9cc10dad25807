"""The search as an Optuna study: its plan, and what each of its trials does."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import optuna
from optuna.pruners import NopPruner
from optuna.trial import TrialState

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate
from study.datasets.metric import Metric
from study.errors import UserError
from study.phases.identity import claim
from study.question.plan import StudyPlan
from study.storage.folder import RunFolder
from study.storage.store import Store
from study.training.curve import CurvePoint
from study.training.job import OnLook, Result, TrainingJob
from study.trials import attributes as attrs
from study.trials.artifacts import upload
from study.trials.keras_tuner_samplers import HyperbandSampler
from study.trials.queue import Queue
from study.trials.sampler import CellPruner, derived_seed
from study.trials.samplers import sampler_for
from study.trials.slots import Slot

# A curve, its title, and what its accuracies are, as PNG.
DrawCurve = Callable[[Sequence[CurvePoint], str, Metric], bytes]

_CONSTRAINT = "parameters over budget"
_MOST_TRIALS = 1_000_000  # of one search


def open_search(store: Store, plan: StudyPlan) -> optuna.Study:
    """The plan's Optuna study, created when missing.

    Raises:
        UserError: It was begun with other settings; these are named.
    """
    pruner = CellPruner() if plan.settings.search.pruning else NopPruner()
    sampler = sampler_for(plan.settings.search.sampler, plan.settings.run.seed, plan.space)
    storage = store.optuna()
    with store.locked():
        study = optuna.create_study(
            storage=storage,
            study_name=plan.name,
            direction="minimize",
            sampler=sampler,
            pruner=pruner,
            load_if_exists=True,
        )
        claim(study, plan)
    return study


def refuse_other_effort(study: optuna.Study, plan: StudyPlan) -> None:
    """Refuse searches of another length than one that is closed, or shorter than one has begun.

    The test split was opened for those that are closed; a trial that follows could be chosen by it.

    Raises:
        UserError: The study has such a search.
    """
    closed = study.user_attrs.get(attrs.CLOSED, [])
    slots: dict[int, set[int]] = {}
    for trial in study.get_trials(deepcopy=False):
        slots.setdefault(trial.user_attrs[attrs.SEARCH], set()).add(trial.user_attrs[attrs.SLOT])
    for number, planned in sorted(slots.items()):
        length = len(planned)
        if plan.n_trials < length or (number in closed and plan.n_trials != length):
            more = "" if number in closed else " or more"
            raise UserError(
                f"Search {number} of {plan.name!r} was planned with {length} trials, and "
                f"{'has ended' if number in closed else 'has begun'}; all searches have the same "
                f"effort, so none of {plan.n_trials} can follow. Give --n-trials {length}{more}, "
                "or choose another --study-name."
            )


def search_slots(plan: StudyPlan, number: int) -> list[Slot]:
    """The planned trials of one search: cells and budgets in turn, each with the same effort.

    A slot's number does not depend on how many searches and trials there are, so that more of
    either can be added later.

    Args:
        number: Of the search, from 1.
    """
    budgets, cells = plan.ladder(), plan.cells
    slots = []
    for place in range(plan.n_trials):
        turn, position = divmod(place, len(budgets) * len(cells))
        budget, cell = budgets[position // len(cells)], cells[position % len(cells)]
        known = plan.known.parameters.get(cell, {}) if turn == 0 and budget == budgets[0] else {}
        attributes = {attrs.SEARCH: number, attrs.CELL: str(cell), attrs.BUDGET: budget.limit}
        slots.append(Slot(number * _MOST_TRIALS + place, {"cell": str(cell), **known}, attributes))
    return slots


def split_seed(plan: StudyPlan, number: int) -> int:
    """Of the train/validation split that all trials of a search share."""
    return derived_seed(plan.settings.run.seed, number, "split")


@dataclass(frozen=True)
class SearchJob:
    """A training of the search, and a picture of its learning curve.

    It is drawn where the training was, since the process that feeds the others must not wait.
    """

    training: TrainingJob
    draw_curve: DrawCurve
    title: str

    def run(self, on_look: OnLook) -> tuple[Result, bytes]:
        """Train on the search's own splits, then draw.

        Raises:
            TrainingError: The loss became NaN or infinite, or memory ran out.
        """
        result = self.training.run(on_look)
        return result, self.draw_curve(result.curve, self.title, self.training.metric)


@dataclass(frozen=True)
class SearchWork:
    """Trials that train a suggested candidate and measure it on the validation split.

    Attributes:
        folder: Takes the pictures of the learning curves.
        draw_curve: Travels to the training processes, so it is a module's own function.
    """

    plan: StudyPlan
    folder: RunFolder
    draw_curve: DrawCurve

    def job(self, trial: optuna.Trial) -> SearchJob:
        """Let the search space suggest a candidate."""
        plan, attributes = self.plan, trial.user_attrs
        budget = Budget(attributes[attrs.BUDGET], plan.budget.scope)
        candidate = plan.space.suggest(trial, budget)
        trial.set_constraint(_CONSTRAINT, budget.excess(candidate, plan.task))
        seed = derived_seed(plan.settings.run.seed, attributes[attrs.SLOT], "search")
        for name, value in attrs.of_candidate(candidate, plan.task, seed).items():
            trial.set_user_attr(name, value)
        split = split_seed(plan, attributes[attrs.SEARCH])
        training = training_job(candidate, plan, seed, split)
        if isinstance(trial.study.sampler, HyperbandSampler):
            share = trial.study.sampler.epoch_share(trial)
            training = replace(training, epochs=math.ceil(share * plan.epochs))
        return SearchJob(training, self.draw_curve, f"Trial {trial.number}")

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        """Report to Optuna; stop what cannot be expected to win."""
        trial.report(point.validation_loss, number)
        return not trial.should_prune()

    def finish(self, queue: Queue, trial: optuna.Trial, found: tuple[Result, bytes]) -> None:
        """The lowest validation loss is the trial's value."""
        result, picture = found
        user_attrs = attrs.of_result(result)
        self._upload(trial, picture)
        if result.stopped:
            user_attrs[attrs.REASON] = (
                f"not expected to reach the best after {result.curve[-1].epoch:g} epochs"
            )
            queue.finish(trial, TrialState.PRUNED, user_attrs=user_attrs)
        else:
            queue.finish(trial, TrialState.COMPLETE, result.validation_loss, user_attrs)

    def _upload(self, trial: optuna.Trial, picture: bytes) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"learning-curve-{trial.number}.png"
            path.write_bytes(picture)
            upload(path, trial, self.folder.artifacts)


def training_job(candidate: Candidate, plan: StudyPlan, seed: int, split_seed: int) -> TrainingJob:
    """The training of a candidate, as every training of this plan is."""
    return TrainingJob(
        candidate=candidate,
        task=plan.task,
        dataset=plan.dataset,
        seed=seed,
        split_seed=split_seed,
        epochs=plan.epochs,
        patience=plan.patience,
        metric=plan.metric,
    )
