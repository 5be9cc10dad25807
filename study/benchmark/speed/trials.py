"""Whole searches: ours as the command does them, beside the same trainings by stock Keras."""

import math
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from study.benchmark.jobs import open_pool, results
from study.benchmark.speed.commands import seconds_of
from study.benchmark.table import Table
from study.machine.environment import cores
from study.runs.archive import open_archive, read
from study.training.job import OnLook


@dataclass(frozen=True)
class StockTrainings:
    """The trainings of a search once more, as a user of stock Keras has them.

    One process, Keras' own layers, `compile` and `fit`, the same candidates, seeds, batches and
    numbers of epochs.
    """

    run_folder: Path

    def run(self, on_look: OnLook) -> None:
        """Train every candidate for as many epochs as the search did, the last one whole."""
        import keras

        from study.training.model import build, compile_model

        archive = open_archive(self.run_folder)
        plan = archive.plan
        training, validation = plan.dataset.training()
        for trial in archive.record().trials:
            if trial.candidate is None or not trial.epochs:
                continue
            keras.backend.clear_session()
            model = build(
                trial.candidate,
                plan.task,
                plan.dataset.sequence_length,
                seed=trial.seed or 0,
                fused=False,
            )
            compile_model(model, trial.candidate, metrics=["accuracy"])
            model.fit(
                *training,
                batch_size=trial.candidate.batch_size,
                epochs=math.ceil(trial.epochs),
                validation_data=tuple(validation),
                verbose=0,
            )


def measure(rounds: int, flags: Sequence[str] = ()) -> list[Table]:
    """The search of `make study` by ours, and its very trainings by stock Keras in one process.

    Args:
        flags: Of `study.search`.

    Raises:
        UserError: The search refused its work, or a training failed.
    """
    measured = [_search(flags) for _ in range(rounds)]
    trials = measured[0][0]
    ours = statistics.median(seconds for _, seconds, _, _ in measured)
    stock = statistics.median(seconds for _, _, seconds, _ in measured)
    speedup = statistics.median(theirs / seconds for _, seconds, theirs, _ in measured)
    overhead = statistics.median(share for *_, share in measured)
    return [
        Table(
            name="trials",
            title=f"Search on surnames, {trials} trials ({rounds} rounds)",
            columns={
                "by": "",
                "seconds": ".1f",
                "trials an hour": ",.0f",
                "times stock": ".2f",
                "overhead": ".1%",
            },
            rows=[
                ("isoparam", ours, 3600 * trials / ours, speedup, overhead),
                ("stock Keras, the same trainings", stock, 3600 * trials / stock, 1.0, None),
            ],
            notes=(
                f"Ours: the whole command in {cores()} processes, its report included; overhead "
                "is the share of their time without training or evaluating. Stock: Keras' "
                "layers and fit in one process on every core, the same candidates for as many "
                "epochs.",
            ),
        )
    ]


def _search(flags: Sequence[str]) -> tuple[int, float, float, float]:
    """Trials, seconds of ours and of stock Keras, and the share of ours that is overhead."""
    with tempfile.TemporaryDirectory() as folder:
        ours = ["--no-confirm", "--quiet", "--output-dir", folder, *flags]
        seconds = seconds_of("study.search", ours)
        run = Path(folder, "surnames")
        start = time.perf_counter()
        with open_pool(1, cores()) as pool:
            results({"Stock Keras": StockTrainings(run)}, pool)
        stock = time.perf_counter() - start
        trials = read(run).trials
    training = sum(trial.seconds or 0.0 for trial in trials)
    return len(trials), seconds, stock, 1 - training / (cores() * seconds)
