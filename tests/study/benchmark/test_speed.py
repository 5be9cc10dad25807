"""The benchmarks do the work that they time; how long it takes is not tested."""

import json
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from search_spaces import Candidate, Cell, Task
from study.benchmark import accuracy
from study.benchmark.speed import answer, steps, storage
from study.benchmark.speed.frameworks import StockSteps, Workload
from study.benchmark.speed.turns import Contender, median_ratio, take_turns
from study.benchmark.table import Table
from study.errors import UserError
from study.machine.program import COMMANDS
from study.processes.limits import TrainingBugError
from study.training.job import OnLook, TrainingError
from tests.support.commands import run_module


@dataclass(frozen=True)
class Lap:
    """A job that notes when it ran."""

    name: str
    ledger: Path
    refused: bool = False

    def run(self, on_look: OnLook) -> float:
        if self.refused:
            raise TrainingError("no")
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(f"{self.name}\n")
        return float(len(self.ledger.read_text(encoding="utf-8").split()))


TINY = Workload(
    name="tiny",
    candidate=Candidate(cell=Cell.GRU, units=4, embedding=3, dropout=0.1, recurrent_dropout=0.1),
    task=Task(vocabulary=20, classes=3, embedding=3),
    sequence_length=5,
    epoch=960,
    examples=96,
)


def test_contenders_take_turns(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    teams = [Contender(name, Lap(name, ledger), count, 1) for name, count in (("a", 2), ("b", 1))]
    seconds = take_turns(teams, 2)
    assert ledger.read_text().split() == ["a", "a", "b"] * 3
    assert seconds == {"a": [5.0, 8.0], "b": [6.0, 9.0]}  # of the slower; the first is not counted


def test_a_contender_that_fails_is_named(tmp_path: Path) -> None:
    contender = Contender("slow one", Lap("a", tmp_path / "ledger", refused=True), 1, 1)
    with pytest.raises(UserError, match="slow one, process 0 failed: no"):
        take_turns([contender], 1)


def test_ratios_are_taken_round_by_round() -> None:
    assert median_ratio([2.0, 40.0, 6.0], [1.0, 10.0, 2.0]) == 3.0


def test_operations_of_an_epoch() -> None:
    lstm, gru = (work.operations for work in steps.WORKLOADS[:2])
    # 25,000 reviews of 100 words; 4 and 3 gates of 128 units on 128 inputs and 128 states.
    assert lstm == 3 * 2 * 25_000 * 100 * (4 * 128) * 256
    assert gru == lstm * 3 / 4


def test_table_as_values_and_as_text() -> None:
    table = Table("t", "T", {"who": "", "s": ".1f"}, (("a", 1.26), ("b", None)), ("n",))
    assert table.to_json() == {
        "title": "T",
        "rows": [{"who": "a", "s": 1.26}, {"who": "b", "s": None}],
        "notes": ["n"],
    }
    columns = table.to_rich().columns
    assert [list(column.cells) for column in columns] == [["a", "b"], ["1.3", ""]]


def test_throughput_of_two_workers() -> None:
    assert storage.throughput(2) > 0


def test_asking_in_a_study_of_forty(tmp_path: Path) -> None:
    assert len(storage.asking_seconds(tmp_path, trials=40, asks=2)) == 2


def test_command(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    done = run_module("study.benchmark", "startup", "--rounds", "1", "--json", str(path))
    assert done.returncode == 0, done.stderr
    found = json.loads(path.read_text())
    rows = found["startup"]["rows"]
    assert [row["command"] for row in rows] == [
        f"python -m {module}" for module in COMMANDS.values()
    ]
    assert all(row["median"] > 0 for row in rows)
    assert found["environment"]["optuna"].startswith("5.")
    assert "python -m study.search" in done.stdout


def test_what_cannot_be_measured_keeps_no_other_part_from_it(tmp_path: Path) -> None:
    path, missing = tmp_path / "found.json", tmp_path / "missing.npz"
    flags = ["--rounds", "2", "--json", str(path), "--tabulated", str(missing)]
    done = run_module("study.benchmark", "search", "startup", *flags)
    assert done.returncode == 2
    assert f"search was not measured: The table of trainings {missing} cannot be" in done.stderr
    assert "Traceback" not in done.stderr
    assert set(json.loads(path.read_text())) == {"environment", "startup"}


def test_a_broken_framework_is_named() -> None:
    job = StockSteps(TINY, "no_such_framework")
    with pytest.raises(TrainingError, match="no_such_framework cannot be imported"):
        job.run(lambda number, point: True)


def test_a_bug_of_a_job_shows_its_traceback(tmp_path: Path) -> None:
    contender = Contender("slow one", Lap("a", tmp_path / "no" / "folder" / "\0"), 1, 1)
    with pytest.raises(TrainingBugError, match="Traceback"):
        take_turns([contender], 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["startup", "--json", "nowhere/found.json"], "no folder nowhere"),
        (["stopwatch"], "stopwatch"),
        (["startup", "--rounds", "0"], "rounds"),
    ],
)
def test_bad_input(arguments: list[str], message: str) -> None:
    done = run_module("study.benchmark", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_difference_and_its_interval() -> None:
    ours, stock = [0.85, 0.86, 0.84, 0.87], [0.84, 0.83, 0.86]
    found = accuracy.compared(ours, stock)
    oracle = CompareMeans(DescrStatsW(ours), DescrStatsW(stock))
    interval = np.multiply(100, oracle.tconfint_diff(usevar="unequal"))
    deviation = 100 * np.sqrt((np.var(ours, ddof=1) + np.var(stock, ddof=1)) / 2)
    assert found[:3] == pytest.approx((0.855, 0.84333, 1.16667), rel=1e-4)
    assert found[3:] == pytest.approx((*interval, deviation))


@pytest.mark.slow
def test_accuracies_of_both(texts: Path) -> None:
    (table,) = accuracy.measure(2, str(texts), epochs=1)
    for row in table.rows:
        assert all(isinstance(share, float) and 0.2 < share <= 1 for share in row[1:3])


def sized(cell: Cell, units: int) -> Workload:
    return replace(TINY, candidate=replace(TINY.candidate, cell=cell, units=units))


@pytest.mark.slow
def test_every_framework_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "WORKLOADS", (TINY,))
    monkeypatch.setattr(steps, "BUILT_IN", (Cell.MIN_GRU,))
    monkeypatch.setattr(steps, "SIZES", {40: sized})
    table, of_cells = steps.measure(rounds=1)
    assert of_cells.name == "step_cells_40"
    (row,) = of_cells.rows
    assert row[:3] == ("minGRU", 5, 40)  # 2u(d + 1) of 3 inputs
    assert all(isinstance(seconds, float) and seconds > 0 for seconds in row[3:])
    assert table.name == "step_tiny"
    names = [row[0] for row in table.rows]
    assert {"isoparam", steps.REFERENCE, "limit"} <= set(names)
    assert ("stock Keras on JAX" in names) == bool(find_spec("jax"))
    assert all(isinstance(row[2], float) and row[2] > 0 for row in table.rows)


@pytest.mark.slow
def test_a_whole_answer() -> None:
    (table,) = answer.measure(["--n-trials", "2", "--budgets", "1", "--epochs", "1"])
    ours, stock = table.rows
    assert isinstance(ours[1], float)
    assert ours[1] > 0
    assert isinstance(stock[1], float)
    assert stock[1] > 0
    assert ours[2] == pytest.approx(stock[1] / ours[1])
