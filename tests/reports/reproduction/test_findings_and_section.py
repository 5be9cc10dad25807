"""What a reproduction says of its runs."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from scipy import stats

from reports.findings.answer import answer
from reports.reproduction.findings import Findings
from reports.reproduction.section import section_of
from reports.reproduction.tables import step_table
from reports.words.formatting import MINUS, NOTHING
from reports.write import write
from search_spaces.budget import Budget
from search_spaces.candidate import Task
from study.question.flag_values import Searches
from study.reproduction.notebook import GRU_128, GRU_154, LSTM_128, MODELS, NotebookModel
from study.training.curve import CurvePoint
from study.trials.record import (
    BudgetWinners,
    ConfirmationRecord,
    DatasetRecord,
    EffortWinners,
    Look,
    SearchRecord,
    Status,
    StudyRecord,
    TrialRecord,
    Winner,
)
from tests.support.browser import chromium
from tests.support.made_up.data import facts
from tests.support.made_up.records import confirmed_record, search_record

IMDB = DatasetRecord(
    name="imdb", fingerprint="9f2c71d0b6a4", labels=("0", "1"), sequence_length=100, level="word",
    train=20_000, validation=5_000, test=25_000,
    facts=facts(("0", "1"), (20_000, 5_000, 25_000)),
)  # fmt: skip
OTHER = replace(IMDB, name="<b>moods</b>", labels=("a", "b", "c"))
TASK = Task(vocabulary=10_000, classes=2, embedding=128)
PAIR = (LSTM_128, GRU_154)
WINNERS = {str(model.cell): Winner(model.candidate, None) for model in PAIR}
BUDGET = BudgetWinners(
    limit=131_584,
    winners=WINNERS,
    counts={str(model.cell): model.candidate.cell_parameters for model in PAIR},
    within_tolerance=True,
)
MADE_UP_RUN = confirmed_record(trials=1, replicates=1, budgets=1).confirmations[0]
OWN = {LSTM_128: (0.83, 0.85, 0.82), GRU_128: (0.80,), GRU_154: (0.835,)}


def curve(*accuracies: float) -> tuple[CurvePoint, ...]:
    """Two looks an epoch; the second is what the notebook would have seen."""
    return tuple(
        CurvePoint(epoch - half, 0.5, 0.9, 0.5, accuracy - half / 10)
        for epoch, accuracy in enumerate(accuracies, start=1)
        for half in (0.5, 0.0)
    )


def fair_run(model: NotebookModel, seed: int, accuracy: float) -> ConfirmationRecord:
    """A run by the fair protocol; each seed is a search of its own."""
    right = np.arange(IMDB.test) < round(accuracy * IMDB.test)
    return replace(
        MADE_UP_RUN, number=seed, search=seed + 1, cell=str(model.cell), budget=BUDGET.limit,
        candidate=model.candidate, cell_parameters=model.candidate.cell_parameters,
        model_parameters=model.candidate.model_parameters(TASK), test_accuracy=accuracy,
        validation_accuracy=accuracy + 0.01, curve=curve(accuracy),
        correct=base64.b64encode(np.packbits(right).tobytes()).decode(), confusion=None,
    )  # fmt: skip


def own_run(model: NotebookModel, accuracies: Sequence[float]) -> TrialRecord:
    """A run by the notebook's protocol."""
    made_up = search_record().trials[0]
    return replace(
        made_up, cell=str(model.cell), candidate=model.candidate,
        validation_accuracy=accuracies[-1], curve=curve(*accuracies),
    )  # fmt: skip


def reproduction(
    lstm: Sequence[float],
    gru: Sequence[float],
    own: Mapping[NotebookModel, Sequence[float]] = OWN,
    dataset: DatasetRecord = IMDB,
) -> Findings:
    """A reproduction with these fair accuracies of the pair."""
    runs = tuple(
        fair_run(model, seed, accuracy)
        for model, accuracies in zip(PAIR, (lstm, gru), strict=True)
        for seed, accuracy in enumerate(accuracies)
    )
    seeds = len(lstm) or 3
    record: StudyRecord = replace(
        search_record(), name="reproduction", dataset=dataset, task=TASK,
        budget=Budget(BUDGET.limit), limits=(BUDGET.limit,), trials=(), planned=0,
        trials_per_search=0, replicates=1, planned_searches=Searches(seeds, seeds),
        searches=tuple(
            SearchRecord(number, (BUDGET,), (EffortWinners(0, WINNERS),))
            for number in range(1, seeds + 1)
        ),
        looks=(Look(seeds, seeds, seeds),) if lstm else (), confirmations=runs,
        test_labels=np.repeat([0, 1], IMDB.test // 2), resume="python -m study.reproduce",
    )  # fmt: skip
    by_its_protocol = {model: own_run(model, accuracies) for model, accuracies in own.items()}
    return Findings(record, answer(record), by_its_protocol)


def test_the_arithmetic_is_that_of_the_search_space() -> None:
    section = section_of(reproduction((0.85,), (0.86,)))
    for model, told in zip(MODELS, section.summary["notebook"]["models"], strict=True):
        assert model.cell.blocks
        assert len(told["gates"]) == model.cell.blocks.inputs == model.cell.blocks.state
        cell = len(told["gates"]) * sum(told["gate_params"].values())
        assert told["cell_params"] == cell == model.candidate.cell_parameters
        whole = told["embedding_params"] + cell + told["output_params"]
        assert told["model_params"] == whole == model.candidate.model_parameters(TASK)
    assert [row.cells[-1] for row in section.tables["sizes"].rows] == [
        "1,411,713", "1,379,201", "1,411,363",
    ]  # fmt: skip


def test_the_difference_is_followed_from_the_notebooks_to_the_fair_one() -> None:
    findings = reproduction((0.850, 0.852, 0.848), (0.860, 0.858, 0.866))
    steps = [step.difference for step in findings.steps]
    assert steps == pytest.approx(
        [0.1475, 0.82 - 0.835, 0.83 - 0.835, np.mean([-10, -6, -18]) / 1e3]
    )
    spread = np.std([-0.010, -0.006, -0.018], ddof=1)
    assert findings.luck == pytest.approx(stats.t.ppf(0.975, 2) * spread * 2**0.5)
    assert findings.optimism == pytest.approx(0.01)
    assert [row.cells[-2:] for row in step_table(findings).rows] == [
        ("14.75", NOTHING), (f"{MINUS}1.50", f"{MINUS}16.25"), (f"{MINUS}0.50", "1.00"),
        (f"{MINUS}1.13", f"{MINUS}0.63"),
    ]  # fmt: skip


def test_the_unit_of_its_statistics_is_the_seed() -> None:
    findings = STATES["whole"]
    known = findings.answer.verdict
    assert known is not None
    assert known.headline.estimate.units == 3
    assert "; 3 seeds)." in findings.answer.sentence
    assert "search" not in findings.answer.sentence


def test_a_model_without_a_partner_has_no_fair_runs() -> None:
    findings = reproduction((0.850, 0.852), (0.860, 0.858))
    assert list(findings.fair(GRU_154)) == [0.860, 0.858]
    assert findings.fair_mean(GRU_128) is None


def test_the_second_bias_is_one_vector_a_gate() -> None:
    tables, times = section_of(reproduction((0.85,), (0.86,))).tables, "\N{MULTIPLICATION SIGN}"
    assert [row.cells for row in tables["biases"].rows] == [
        ("GRU(128)", "99,072", "98,688", f"3 {times} 128 = 384"),
        ("GRU(154)", "131,208", "130,746", f"3 {times} 154 = 462"),
    ]


STATES = {
    "whole": reproduction((0.850, 0.852, 0.848), (0.860, 0.858, 0.866)),
    "one seed": reproduction((0.85,), (0.86,)),
    "no fair run": reproduction((), ()),
    "nothing": reproduction((), (), {}),
    "other data": reproduction((0.85, 0.86), (0.86, 0.85), OWN, OTHER),
}


@pytest.mark.parametrize("name", STATES)
def test_every_state_can_be_shown(name: str, tmp_path: Path) -> None:
    findings = STATES[name]
    path = write(findings.record, findings.answer, tmp_path, section_of(findings))
    shown = path.read_text(encoding="utf-8")
    assert "<b>moods" not in shown
    assert ("83.46 %" in shown) == (name != "other data")
    for search_only in ('id="hyperparameters"', 'id="effort"', "Best trials", "TPE", "Tuning"):
        assert search_only not in shown
    assert "study.reproduce" in shown
    assert "study.confirm" not in shown
    notebook = json.loads((tmp_path / "summary.json").read_text())["notebook"]
    assert [model["name"] for model in notebook["models"]] == ["LSTM(128)", "GRU(128)", "GRU(154)"]
    assert (tmp_path / "charts" / "notebook-epochs.svg").exists()


def test_a_run_without_a_result_is_told(tmp_path: Path) -> None:
    findings = STATES["whole"]
    failed = replace(
        findings.runs[LSTM_128], status=Status.FAILED, curve=(), reason="out of memory"
    )
    findings = replace(findings, runs={**findings.runs, LSTM_128: failed})
    page = write(findings.record, findings.answer, tmp_path, section_of(findings))
    assert "out of memory" in page.read_text(encoding="utf-8")
    assert [step.difference is None for step in findings.steps] == [False, True, True, False]


def test_the_page_is_accessible_and_asks_for_nothing(tmp_path: Path) -> None:
    findings = STATES["whole"]
    page = write(findings.record, findings.answer, tmp_path, section_of(findings))
    with chromium() as browser:
        tab = browser.new_page()
        told: list[str] = []
        tab.on("console", lambda message: told.append(message.text))
        tab.on("request", lambda request: told.append(request.url))
        tab.goto(page.as_uri())
        assert told == [page.as_uri()]
        assert Axe().run(tab).violations_count == 0
