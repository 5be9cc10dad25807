"""The search as an Optuna study: its plan, and what each of its trials does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import optuna
from optuna.pruners import NopPruner
from optuna.trial import TrialState

from search_spaces.candidate import Candidate
from study.phases.identity import claim
from study.question.plan import StudyPlan
from study.storage.folder import RunFolder
from study.storage.store import Store
from study.training.curve import CurvePoint
from study.training.job import OnEpoch, Result, TrainingJob
from study.trials import attributes as attrs
from study.trials.artifacts import upload
from study.trials.queue import Queue, Slot
from study.trials.sampler import CellPruner, CellSampler, derived_seed

DrawCurve = Callable[[Sequence[CurvePoint], str], bytes]  # a curve and its title, as PNG

_CONSTRAINT = "parameters over budget"


def open_search(store: Store, plan: StudyPlan) -> optuna.Study:
    """The plan's Optuna study, created when missing.

    Raises:
        UserError: It was begun with other settings; these are named.
    """
    pruner = CellPruner() if plan.settings.search.pruning else NopPruner()
    sampler = CellSampler(plan.settings.run.seed)
    storage = store.optuna()
    with store.locked():
        study = optuna.create_study(
            storage=storage,
            study_name=plan.name,
            direction="maximize",
            sampler=sampler,
            pruner=pruner,
            load_if_exists=True,
        )
        claim(study, plan)
    return study


def search_slots(plan: StudyPlan) -> list[Slot]:
    """The planned trials, the cells in turn, so that each gets the same effort."""
    cells = len(plan.cells)
    slots = []
    for number in range(plan.settings.search.n_trials):
        cell = plan.cells[number % cells]
        known = plan.known.parameters.get(cell, {}) if number < cells else {}
        slots.append(Slot(number, {"cell": cell.value, **known}, {attrs.CELL: cell.value}))
    return slots


@dataclass(frozen=True)
class SearchJob:
    """A training of the search, and a picture of its learning curve.

    It is drawn where the training was, since the process that feeds the others must not wait.
    """

    training: TrainingJob
    draw_curve: DrawCurve
    title: str

    def run(self, on_epoch: OnEpoch) -> tuple[Result, bytes]:
        """Train on the search's own splits, then draw.

        Raises:
            TrainingError: The loss became NaN or infinite, or memory ran out.
        """
        result = self.training.run(on_epoch)
        return result, self.draw_curve(result.curve, self.title)


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
        plan = self.plan
        candidate = plan.space.suggest(trial)
        trial.set_constraint(_CONSTRAINT, plan.budget.excess(candidate, plan.task))
        slot = trial.user_attrs[attrs.SLOT]
        seed = derived_seed(plan.settings.run.seed, slot, "search")
        for name, value in attrs.of_candidate(candidate, plan.task, seed).items():
            trial.set_user_attr(name, value)
        training = training_job(candidate, plan, seed)
        return SearchJob(training, self.draw_curve, f"Trial {trial.number}")

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        """Report to Optuna; stop what is behind its own cell's median."""
        trial.report(point.validation_accuracy, number)
        return not trial.should_prune()

    def finish(self, queue: Queue, trial: optuna.Trial, found: tuple[Result, bytes]) -> None:
        """The best epoch's validation accuracy is the trial's value."""
        result, picture = found
        user_attrs = attrs.of_result(result)
        self._upload(trial, picture)
        if result.stopped:
            user_attrs[attrs.REASON] = (
                f"behind the median of its cell after epoch {len(result.curve)}"
            )
            queue.finish(trial, TrialState.PRUNED, user_attrs=user_attrs)
        else:
            queue.finish(trial, TrialState.COMPLETE, result.validation_accuracy, user_attrs)

    def _upload(self, trial: optuna.Trial, picture: bytes) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"learning-curve-{trial.number}.png"
            path.write_bytes(picture)
            upload(path, trial, self.folder.artifacts)


def training_job(candidate: Candidate, plan: StudyPlan, seed: int) -> TrainingJob:
    """The training of a candidate, as every training of this plan is."""
    return TrainingJob(
        candidate=candidate,
        task=plan.task,
        dataset=plan.dataset,
        seed=seed,
        epochs=plan.epochs,
        patience=plan.patience,
    )
