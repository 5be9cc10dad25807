"""Who may choose what a search tries."""

from enum import StrEnum


class SamplerName(StrEnum):
    """A sampler, by the value of `--sampler`.

    Attributes:
        words: What it is, in prose.
        needs: Module that it needs and isoparam does not; empty where there is none.
    """

    words: str
    needs: str

    TPE = "tpe", "Optuna's TPE"
    RANDOM = "random", "uniform random draws"
    QMC = "qmc", "scrambled Sobol points"
    GP = "gp", "Optuna's Gaussian process", "torch"
    KERAS_TUNER_HYPERBAND = "keras-tuner-hyperband", "KerasTuner's Hyperband"
    KERAS_TUNER_BAYESIAN = "keras-tuner-bayesian", "KerasTuner's Bayesian optimisation"

    # With defaults, since type checkers take the look-up `SamplerName("tpe")` for this call.
    def __new__(cls, value: str, words: str = "", needs: str = "") -> "SamplerName":
        name = str.__new__(cls, value)
        name._value_ = value
        name.words = words
        name.needs = needs
        return name


def searcher_in_lines(sampler: SamplerName) -> list[str]:
    """For the terminal, before anything is trained: who searches, where it is not the default."""
    return [] if sampler is SamplerName.TPE else [f"Searcher: {sampler.words}."]
