"""Training: epochs of one model, ours beside those of its peers."""

import statistics
from importlib.util import find_spec

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.benchmark.speed.frameworks import (
    FusedSteps,
    MatrixProducts,
    StockSteps,
    TorchSteps,
    Workload,
)
from study.benchmark.speed.turns import Contender, median_ratio, take_turns
from study.benchmark.table import Table, Value
from study.machine.environment import cores

REFERENCE = "stock Keras on TensorFlow"


def _words(cell: Cell, units: int) -> Workload:
    """The notebook's models on IMDB."""
    return Workload(
        name=f"IMDB, {cell.display_name}({units})",
        candidate=Candidate(
            cell=cell, units=units, embedding=128, dropout=0.2, recurrent_dropout=0.2
        ),
        task=Task(vocabulary=10_000, classes=2, embedding=128),
        sequence_length=100,
        epoch=25_000,
        examples=3_200,
    )


def _characters(cell: Cell, units: int) -> Workload:
    return Workload(
        name=f"surnames, {cell.display_name}({units})",
        candidate=Candidate(
            cell=cell,
            units=units,
            embedding=16,
            dropout=0.2,
            recurrent_dropout=0.2,
            batch_size=64,
        ),
        task=Task(vocabulary=60, classes=13, embedding=16),
        sequence_length=20,
        epoch=8_640,
        examples=4_352,
    )


WORKLOADS = (
    _words(Cell.LSTM, 128),
    _words(Cell.GRU, 128),
    _characters(Cell.LSTM, 64),
    _characters(Cell.GRU, 64),
)


def measure(rounds: int) -> list[Table]:
    """Seconds an epoch of every contender, in turns; a table for each workload.

    Raises:
        UserError: A contender could not do its work here.
    """
    return [
        Table(
            name=f"step_{workload.key}",
            title=f"Training {workload.name}, seconds an epoch ({rounds} rounds)",
            columns={
                "contender": "",
                "processes": "d",
                "median": ".2f",
                "least": ".2f",
                "most": ".2f",
                "times stock": ".2f",
            },
            rows=_compare(workload, rounds),
            notes=_notes(),
        )
        for workload in WORKLOADS
    ]


def contenders(workload: Workload) -> list[Contender]:
    """Everything that is installed; all cores are in use in each."""
    every = cores()
    found = [
        Contender(REFERENCE, StockSteps(workload), 1, every),
        Contender("stock Keras, jit_compile", StockSteps(workload, jit_compile=True), every, 1),
        Contender("isoparam", FusedSteps(workload), every, 1),
        Contender("limit", MatrixProducts(workload), every, 1),
    ]
    if find_spec("jax"):
        found.append(Contender("stock Keras on JAX", StockSteps(workload, "jax"), every, 1))
    if find_spec("torch"):
        found.append(Contender("PyTorch", TorchSteps(workload, "torch"), every, 1))
    return found


def _compare(workload: Workload, rounds: int) -> list[tuple[Value, ...]]:
    competing = contenders(workload)
    seconds = take_turns(competing, rounds)
    epochs = {
        contender.name: [
            value * workload.epoch / (workload.examples * contender.processes)
            for value in seconds[contender.name]
        ]
        for contender in competing
    }
    rows: list[tuple[Value, ...]] = []
    for contender in competing:
        values = epochs[contender.name]
        spread = statistics.median(values), min(values), max(values)
        times_stock = median_ratio(epochs[REFERENCE], values)
        rows.append((contender.name, contender.processes, *spread, times_stock))
    return rows


def _notes() -> list[str]:
    notes = [
        f"Training steps alone, all {cores()} cores at work. Times stock: against {REFERENCE} in "
        "one process, the median over rounds. Limit: the matrix products alone, at the speed of "
        "large ones. PyTorch's layers have no recurrent dropout.",
    ]
    missing = [name for name in ("jax", "torch") if find_spec(name) is None]
    if missing:
        notes.append(f"Not installed, so not measured: {', '.join(missing)}.")
    return notes
