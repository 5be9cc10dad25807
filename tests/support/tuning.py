"""A KerasTuner search that trains nothing."""

from pathlib import Path
from typing import Any

import keras_tuner
from keras_tuner.engine import base_tuner

from study.tuning.oracle import OptunaOracle


class Everything(keras_tuner.HyperModel):  # type: ignore[misc]
    """Every kind of parameter, and conditions in conditions."""

    def build(self, hp: Any) -> float:
        value = hp.Float("float", 0.0, 1.0) + hp.Float("float step", 0.0, 1.0, step=0.3)
        value += hp.Float("float log", 1e-3, 1.0, sampling="log")
        value += hp.Float("decades", 1e-3, 1.0, step=10, sampling="log")
        value += hp.Float("reverse", 1.0, 2.0, sampling="reverse_log")
        value += hp.Int("int", 1, 5) + hp.Int("int step", 1, 10, step=4)
        value += hp.Int("int log", 1, 64, sampling="log") + hp.Int("power", 2, 32, 2, "log")
        value += hp.Choice("even", [16, 32, 48]) + hp.Choice("uneven", [16, 64])
        value += hp.Boolean("flag") + hp.Fixed("fixed", 7)
        if hp.Choice("kind", ["deep", "flat"]) == "deep":
            with hp.conditional_scope("kind", ["deep"]):
                layers = hp.Int("layers", 1, 2)
                if layers == 2:
                    with hp.conditional_scope("layers", [2]):
                        hp.Int("second", 1, 8)
                hp.Choice("shape", ["a", "b"])
        with hp.conditional_scope("kind", ["flat"]):
            if hp.values["kind"] == "flat":
                hp.Choice("form", ["c", "d"])
        return float(value)


class Tuner(base_tuner.BaseTuner):  # type: ignore[misc]
    """Trains nothing: the parameters are the result."""

    def run_trial(self, trial: Any) -> Any:
        return self.hypermodel.build(trial.hyperparameters)


def tuner(
    folder: Path, kind: type[Tuner] = Tuner, *, overwrite: bool = False, **options: Any
) -> Tuner:
    """With an `OptunaOracle` of these options."""
    options = {"objective": keras_tuner.Objective("score", "max"), "seed": 1, **options}
    oracle = OptunaOracle(**options)
    oracle.verbose = 0
    return kind(oracle, Everything(), directory=folder, project_name="project", overwrite=overwrite)
