"""What a fault did to a study."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import optuna
from optuna.trial import FrozenTrial, TrialState

from study.trials import attributes as attrs


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One row of the matrix.

    Attributes:
        injected: How often the fault was injected.
        trials: Planned.
        lost: Planned trials that have no result.
        duplicated: Results, or retries, beyond the first.
        stuck: Trials left running, and trials requeued that nobody planned again.
        recovery: Seconds from a fault to the moment when its trial was waiting again or work
            went on, at most.
    """

    injected: int
    trials: int
    lost: int = 0
    duplicated: int = 0
    stuck: int = 0
    recovery: float | None = None

    @property
    def clean(self) -> bool:
        """Whether the fault did no harm."""
        return self.injected > 0 and (self.lost, self.duplicated, self.stuck) == (0, 0, 0)

    @classmethod
    def of_all(cls, parts: Sequence["Outcome"]) -> "Outcome":
        """Of one injection that several plans have seen."""
        return cls(
            injected=parts[0].injected,
            trials=sum(part.trials for part in parts),
            lost=sum(part.lost for part in parts),
            duplicated=sum(part.duplicated for part in parts),
            stuck=sum(part.stuck for part in parts),
        )

    def row(self, fault: str) -> str:
        """The row, as Markdown."""
        seconds = "" if self.recovery is None else f"{self.recovery:.1f}"
        counts = (self.injected, self.trials, self.lost, self.duplicated, self.stuck, seconds)
        return f"| {fault} | {' | '.join(map(str, counts))} |"


HEADER = (
    "| fault | injected | trials | lost | duplicated | stuck | recovery, s |\n"
    "|---|---|---|---|---|---|---|"
)


def judged(
    study: optuna.Study, planned: int, *, injected: int, recovery: float | None = None
) -> Outcome:
    """What the storage says of a study that should be complete."""
    trials = study.get_trials(deepcopy=False)
    results = Counter(t.user_attrs[attrs.SLOT] for t in trials if _counts(t))
    retries = Counter(t.user_attrs.get(attrs.RETRY_OF) for t in trials)
    requeue = [t.number for t in trials if attrs.REQUEUED in t.user_attrs]
    unfinished = sum(not t.state.is_finished() for t in trials)
    return Outcome(
        injected=injected,
        trials=planned,
        lost=planned - len(results),
        duplicated=sum(count - 1 for count in results.values())
        + sum(max(0, retries[number] - 1) for number in requeue),
        stuck=unfinished + sum(retries[number] == 0 for number in requeue),
        recovery=recovery,
    )


def _counts(trial: FrozenTrial) -> bool:
    return trial.state.is_finished() and attrs.REQUEUED not in trial.user_attrs


def completed(study: optuna.Study) -> dict[int, Sequence[float] | None]:
    """The values of the complete trials, by number."""
    trials = study.get_trials(deepcopy=False)
    return {t.number: t.values for t in trials if t.state is TrialState.COMPLETE}
