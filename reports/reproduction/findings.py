"""What a reproduction of the notebook found, as numbers."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from reports.comparison.estimate import Estimate
from reports.comparison.runs import PairedRuns
from reports.comparison.verdict import Verdict, compare
from reports.findings.answer import unpack_correct
from reports.findings.confirmation import mean_accuracy
from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.reproduction.protocols import (
    GRU_154,
    LSTM_128,
    MODELS,
    Counted,
    Measured,
    NotebookModel,
    Protocol,
    Reproduction,
    Run,
    model_name,
    reset_before,
)
from study.terminal.words import number_of

SCHEMA = 1
_GATES = {
    Cell.LSTM: ("input", "forget", "candidate", "output"),
    Cell.GRU: ("update", "reset", "candidate"),
    Cell.GRU_RESET_BEFORE: ("update", "reset", "candidate"),
}


@dataclass(frozen=True)
class Arithmetic:
    """A model's parameters, worked out weight by weight.

    A gate maps `d` inputs and `u` values of the state to `u` values. All gates of a cell are
    of one size; the candidate state is counted as one.
    """

    candidate: Candidate
    task: Task

    @property
    def gates(self) -> tuple[str, ...]:
        """Their names, in the order of Keras' kernels."""
        return _GATES[self.candidate.cell]

    @property
    def input_kernel(self) -> int:
        """d x u, of one gate."""
        return self.candidate.embedding * self.candidate.units

    @property
    def recurrent_kernel(self) -> int:
        """u x u, of one gate."""
        return self.candidate.units**2

    @property
    def biases(self) -> int:
        """u, or 2u where there is an input and a recurrent bias; of one gate."""
        return self.candidate.cell.biases * self.candidate.units

    @property
    def gate(self) -> int:
        """One gate."""
        return self.input_kernel + self.recurrent_kernel + self.biases

    @property
    def cell(self) -> int:
        """All gates."""
        return len(self.gates) * self.gate

    @property
    def embedding(self) -> int:
        """A row for each token."""
        return self.task.vocabulary * self.candidate.embedding

    @property
    def output(self) -> int:
        """A weight for each unit, and a bias, for each output."""
        return (self.candidate.units + 1) * self.task.outputs

    @property
    def model(self) -> int:
        """Everything."""
        return self.embedding + self.cell + self.output


class SecondBias(NamedTuple):
    """One GRU with and without its second bias, as Keras counts the two."""

    with_both: Counted  # reset_after=True
    with_one: Counted  # reset_after=False


class Step(NamedTuple):
    """LSTM(128) minus GRU(154) under one set of conditions; None where it is not known."""

    conditions: str
    difference: float | None
    changed: str  # from the step before


@dataclass(frozen=True)
class Findings:
    """What the runs say."""

    record: Reproduction

    def by_its_protocol(self, model: NotebookModel) -> Measured | None:
        """The run by the notebook's protocol, if it has a result."""
        return self.record.runs.get(Run(model, Protocol.NOTEBOOK))

    def fair(self, model: NotebookModel) -> dict[int, Measured]:
        """The fair runs that have a result, by replicate."""
        runs = self.record.runs
        fair = {n: Run(model, Protocol.FAIR, n) for n in range(self.record.plan.replicates)}
        return {replicate: runs[run] for replicate, run in fair.items() if run in runs}

    def fair_mean(self, model: NotebookModel) -> Estimate | None:
        """Mean test accuracy of the fair runs, over seeds."""
        accuracies = [run.test_accuracy for run in self.fair(model).values()]
        return mean_accuracy(np.array(accuracies)) if accuracies else None

    @cached_property
    def verdict(self) -> Verdict:
        """LSTM(128) against GRU(154) by the fair protocol."""
        pairs = [] if self._pairs is None else [self._pairs]
        return compare(pairs, (LSTM_128.name, GRU_154.name))

    @property
    def differences(self) -> NDArray[np.float64]:
        """LSTM(128) minus GRU(154) by the fair protocol, pair by pair: (seeds,)."""
        return np.empty(0) if self._pairs is None else self._pairs.differences

    @cached_property
    def _pairs(self) -> PairedRuns | None:
        lstm, gru = self.fair(LSTM_128), self.fair(GRU_154)
        both = sorted(lstm.keys() & gru.keys())
        if not both:
            return None
        first, second = (
            np.stack([self._correct(runs[replicate]) for replicate in both]) for runs in (lstm, gru)
        )
        return PairedRuns(LSTM_128.candidate.cell_parameters, first, second)

    def _correct(self, run: Measured) -> NDArray[np.bool_]:
        return unpack_correct(run.correct or "", self.record.plan.dataset.sizes["test"])

    @property
    def reported(self) -> float | None:
        """The notebook's own difference; None on other data than its."""
        known = self.record.plan.on_the_notebooks_data
        return LSTM_128.accuracy - GRU_154.accuracy if known else None

    @property
    def repeated(self) -> float | None:
        """The difference by the notebook's protocol here."""
        lstm, gru = (self.by_its_protocol(model) for model in (LSTM_128, GRU_154))
        return lstm.test_accuracy - gru.test_accuracy if lstm and gru else None

    @property
    def at_equal_epochs(self) -> float | None:
        """The same two runs, the LSTM after as many epochs as the GRU trained."""
        lstm, gru = (self.by_its_protocol(model) for model in (LSTM_128, GRU_154))
        if not (lstm and gru):
            return None
        return lstm.curve[len(gru.curve) - 1].validation_accuracy - gru.test_accuracy

    @property
    def luck(self) -> float | None:
        """How far apart two such differences are with 95 % probability, from seeds alone.

        By Student's t, from the spread of the fair runs; None with fewer than two pairs.
        """
        pairs = len(self.differences)
        if pairs < 2:
            return None
        spread = float(self.differences.std(ddof=1))
        return float(special.stdtrit(pairs - 1, 0.975)) * spread * 2**0.5

    @property
    def steps(self) -> tuple[Step, ...]:
        """From the notebook's difference to the fair one, one change at a time."""
        own = self.by_its_protocol(GRU_154)
        epochs = len(own.curve) if own else GRU_154.epochs
        seeds = "more seeds" if len(self.differences) > 1 else "seed"
        reported = [Step("The notebook's figures", self.reported, "")]
        return (
            *(reported if self.reported is not None else []),
            Step("Its protocol, run here", self.repeated, "seed, versions of the software"),
            Step(
                f"The same runs after {number_of(epochs, 'epoch')} each",
                self.at_equal_epochs,
                "epochs",
            ),
            Step(
                "Fair protocol, mean over seeds",
                self.verdict.difference,
                f"{seeds}, best epoch chosen on validation, fewer training examples",
            ),
        )

    def arithmetic(self, candidate: Candidate) -> Arithmetic:
        """The candidate's parameters on these data."""
        return Arithmetic(candidate, self.record.plan.task)

    def counted(self, candidate: Candidate) -> Counted | None:
        """Keras' count of a model, if it was made."""
        found = (one for one in self.record.counted if one.candidate == candidate)
        return next(found, None)

    @property
    def second_biases(self) -> tuple[SecondBias, ...]:
        """The GRUs with and without the second bias; empty if Keras' counts are missing."""
        pairs = [
            (self.counted(model.candidate), self.counted(reset_before(model.candidate)))
            for model in MODELS
            if model.cell is Cell.GRU
        ]
        return tuple(SecondBias(both, one) for both, one in pairs if both and one)

    @property
    def sizes_agree(self) -> bool:
        """Whether Keras counts of every model and variant what the arithmetic says."""
        return all(
            (one.cell_parameters, one.model_parameters) == (worked.cell, worked.model)
            for one in self.record.counted
            for worked in [self.arithmetic(one.candidate)]
        )


def summary(findings: Findings) -> dict[str, Any]:
    """The findings for programs; accuracies are fractions, intervals 95 %."""
    plan, verdict = findings.record.plan, findings.verdict
    budgets = verdict.budgets
    return {
        "schema": SCHEMA,
        "dataset": {
            "name": plan.dataset.name,
            "fingerprint": plan.dataset.fingerprint,
            **plan.dataset.sizes,
        },
        "epochs": plan.epochs,
        "replicates": plan.replicates,
        "seed": plan.seed,
        "models": [_model_summary(findings, model) for model in MODELS],
        "second_bias": [
            {
                "model": model_name(pair.with_both.candidate),
                "reset_after": pair.with_both.cell_parameters,
                "reset_before": pair.with_one.cell_parameters,
            }
            for pair in findings.second_biases
        ],
        "difference": {
            "models": [LSTM_128.name, GRU_154.name],
            "steps": [step._asdict() for step in findings.steps],
            "interval_seeds": budgets[0].interval_seeds if budgets else None,
            "interval_seeds_examples": verdict.interval,
            "outcome": verdict.outcome.value,
        },
        "failures": {run.name: reason for run, reason in findings.record.failures.items()},
        "environment": dict(findings.record.environment),
    }


def _model_summary(findings: Findings, model: NotebookModel) -> dict[str, Any]:
    worked, counted = findings.arithmetic(model.candidate), findings.counted(model.candidate)
    own, mean = findings.by_its_protocol(model), findings.fair_mean(model)
    known = findings.record.plan.on_the_notebooks_data
    return {
        "name": model.name,
        "cell_params": worked.cell,
        "model_params": worked.model,
        "gate_params": {
            "gates": list(worked.gates),
            "input_kernel": worked.input_kernel,
            "recurrent_kernel": worked.recurrent_kernel,
            "biases": worked.biases,
        },
        "embedding_params": worked.embedding,
        "output_params": worked.output,
        "keras_cell_params": counted.cell_parameters if counted else None,
        "keras_model_params": counted.model_parameters if counted else None,
        "notebook": {"epochs": model.epochs, "test_accuracy": model.accuracy} if known else None,
        "its_protocol": {
            "test_accuracy": own.test_accuracy,
            "test_accuracy_by_epoch": [point.validation_accuracy for point in own.curve],
        }
        if own
        else None,
        "fair": {
            "test_accuracy": [run.test_accuracy for run in findings.fair(model).values()],
            "mean": mean.value if mean else None,
            "interval": mean.interval() if mean else None,
        },
    }
