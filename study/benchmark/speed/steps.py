"""Training: epochs of one model, ours beside those of its peers."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

from search_spaces.budget import Budget
from search_spaces.candidate import Candidate, Task
from search_spaces.cells import BUILT_IN, Cell
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
_OURS = "isoparam"


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


SIZES: Mapping[int, Callable[[Cell, int], Workload]] = {131_584: _words, 20_736: _characters}
WORKLOADS = (
    _words(Cell.LSTM, 128),
    _words(Cell.GRU, 128),
    _characters(Cell.LSTM, 64),
    _characters(Cell.GRU, 64),
)


def measure(rounds: int) -> list[Table]:
    """Seconds an epoch of every contender, in turns; a table for each workload.

    Two more are about all cells, at the sizes of the notebook's LSTM and of the names'.

    Raises:
        UserError: A contender could not do its work here.
    """
    beside_peers = [
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
    return [*beside_peers, *(measure_cells(limit, of, rounds) for limit, of in SIZES.items())]


def measure_cells(limit: int, workload_of: Callable[[Cell, int], Workload], rounds: int) -> Table:
    """Seconds an epoch of every cell's widest layer within a budget, beside its plain layer.

    Args:
        workload_of: From a cell and its units.
    """
    rows = []
    for cell in BUILT_IN:
        one = workload_of(cell, 1)
        widest = Budget(limit).largest(one.candidate, one.task)
        rows.append(_beside_plain(workload_of(cell, widest), rounds))
    return Table(
        name=f"step_cells_{limit}",
        title=f"Training every cell within {limit:,} parameters, seconds an epoch "
        f"({rounds} rounds)",
        columns={
            "cell": "",
            "units": "d",
            "parameters": ",d",
            _OURS: ".2f",
            "plain layer": ".2f",
            "times plain": ".2f",
        },
        rows=rows,
        notes=[
            f"Training steps alone, all {cores()} cores at work; the plain layer by {REFERENCE}."
        ],
    )


def _beside_plain(workload: Workload, rounds: int) -> tuple[Value, ...]:
    plain, ours = _epochs(_ours_and_plain(workload), workload, rounds).values()
    candidate = workload.candidate
    size = candidate.cell.display_name, candidate.units, candidate.cell_parameters
    return *size, statistics.median(ours), statistics.median(plain), median_ratio(plain, ours)


def contenders(workload: Workload) -> list[Contender]:
    """Everything that is installed; all cores are in use in each."""
    every = cores()
    reference, ours = _ours_and_plain(workload)
    found = [
        reference,
        Contender("stock Keras, jit_compile", StockSteps(workload, jit_compile=True), every, 1),
        ours,
        Contender("limit", MatrixProducts(workload), every, 1),
    ]
    if find_spec("jax"):
        found.append(Contender("stock Keras on JAX", StockSteps(workload, "jax"), every, 1))
    if find_spec("torch"):
        found.append(Contender("PyTorch", TorchSteps(workload, "torch"), every, 1))
    return found


def _ours_and_plain(workload: Workload) -> tuple[Contender, Contender]:
    """The plain layer first."""
    return (
        Contender(REFERENCE, StockSteps(workload), 1, cores()),
        Contender(_OURS, FusedSteps(workload), cores(), 1),
    )


def _epochs(
    competing: Sequence[Contender], workload: Workload, rounds: int
) -> dict[str, list[float]]:
    """Seconds of a whole epoch in every round, by contender."""
    seconds = take_turns(competing, rounds)
    return {
        contender.name: [
            value * workload.epoch / (workload.examples * contender.processes)
            for value in seconds[contender.name]
        ]
        for contender in competing
    }


def _compare(workload: Workload, rounds: int) -> list[tuple[Value, ...]]:
    competing = contenders(workload)
    epochs = _epochs(competing, workload, rounds)
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
