"""What a reproduction says of its runs."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from scipy import stats

from reports.reproduction import words
from reports.reproduction.findings import Arithmetic, Findings, summary
from reports.reproduction.page import html, write
from search_spaces.candidate import Task
from study.datasets.dataset import Dataset, DatasetSpec, Split
from study.datasets.level import Level
from study.datasets.prepare import prepare
from study.reproduction.protocols import (
    GRU_128,
    GRU_154,
    LSTM_128,
    Counted,
    CountJob,
    Measured,
    NotebookJob,
    NotebookModel,
    Plan,
    Protocol,
    Reproduction,
    Run,
    measured,
)
from study.training.curve import CurvePoint
from study.training.job import Result, TrainingJob
from tests.support.browser import chromium

TEST = 25_000
IMDB = Dataset(
    name="imdb",
    folder=Path("nowhere"),
    vocabulary=10_000,
    sequence_length=100,
    level=Level.WORD,
    labels=("0", "1"),
    sizes={"train": 20_000, "validation": 5_000, "test": TEST},
    validation_given=False,
    digests={},
)


def curve(*accuracies: float) -> tuple[CurvePoint, ...]:
    return tuple(CurvePoint(0.5, 0.9, 0.5, accuracy) for accuracy in accuracies)


def own(*accuracies: float) -> Measured:
    return Measured(accuracies[-1], None, curve(*accuracies), None, 60.0)


def fair(accuracy: float, seed: int) -> Measured:
    """A run that answers so many of the test examples rightly, and others with each seed."""
    correct = np.zeros(TEST, dtype=np.bool_)
    correct[: round(accuracy * TEST)] = True
    np.random.default_rng(seed).shuffle(correct)
    packed = base64.b64encode(np.packbits(correct).tobytes()).decode()
    return Measured(float(correct.mean()), accuracy + 0.01, curve(accuracy), packed, 60.0)


def reproduction(
    lstm: tuple[float, ...],
    gru: tuple[float, ...],
    by_protocol: Mapping[NotebookModel, Measured] | None = None,
    dataset: Dataset = IMDB,
) -> Findings:
    """A reproduction on IMDB with these fair accuracies of the pair."""
    plan = Plan(dataset, epochs=10, replicates=max(len(lstm), 1), seed=0)
    runs = {
        Run(model, Protocol.FAIR, replicate): fair(accuracy, 100 * place + replicate)
        for place, (model, accuracies) in enumerate([(LSTM_128, lstm), (GRU_154, gru)])
        for replicate, accuracy in enumerate(accuracies)
    }
    runs |= {Run(model, Protocol.NOTEBOOK): run for model, run in (by_protocol or {}).items()}
    counted = tuple(
        Counted(one, worked.cell, worked.model)
        for one in plan.variants
        for worked in [Arithmetic(one, plan.task)]
    )
    return Findings(
        Reproduction(
            plan=plan,
            runs=runs,
            failures={run: "out of memory" for run in plan.runs if run not in runs},
            counted=counted,
            environment={"python": "3.11"},
            command="python -m study.reproduce",
        )
    )


OWN = {LSTM_128: own(0.83, 0.85, 0.82), GRU_128: own(0.80), GRU_154: own(0.835)}


def test_the_sizes_are_keras_own() -> None:
    task = Task(vocabulary=10_000, classes=2, embedding=128)
    plan = Plan(IMDB, epochs=10, replicates=1, seed=0)
    counted = CountJob(plan.variants, task, sequence_length=5).run(lambda *_: True)
    assert [(one.cell_parameters, one.model_parameters) for one in counted[:3]] == [
        (131_584, 1_411_713),
        (99_072, 1_379_201),
        (131_208, 1_411_363),
    ]
    for one in counted:
        worked = Arithmetic(one.candidate, task)
        assert (worked.cell, worked.model) == (one.cell_parameters, one.model_parameters)
        assert worked.cell == one.candidate.cell_parameters
        assert worked.model == one.candidate.model_parameters(task)


def test_its_protocol_trains_on_everything_and_watches_the_test_split(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = prepare(DatasetSpec(str(texts)))
    seen: list[Split] = []

    def train(
        job: TrainingJob, splits: tuple[Split, Split], on_epoch: object
    ) -> tuple[Result, None]:
        seen.extend(splits)
        assert job.patience == job.epochs
        result = Result(
            validation_accuracy=0.7, curve=curve(0.7, 0.6), seconds=1.0, training_seconds=1.0,
            peak_memory=1.0, stopped=False, weights="",
        )  # fmt: skip
        return result, None

    monkeypatch.setattr(TrainingJob, "train", train)
    job = Plan(dataset, epochs=3, replicates=1, seed=0).job(Run(LSTM_128, Protocol.NOTEBOOK))
    assert isinstance(job, NotebookJob)
    found = measured(job.run(lambda *_: True))
    train_split, validation = dataset.training()
    assert sorted(map(tuple, seen[0].tokens)) == sorted(
        map(tuple, [*train_split.tokens, *validation.tokens])
    )
    assert np.array_equal(seen[1].tokens, dataset.test().tokens)
    assert found.test_accuracy == 0.6  # the last epoch's, not the best


def test_epochs_are_the_notebooks_own_cut_short_and_the_same_for_all_if_fair() -> None:
    for epochs, expected in ((10, [10, 1, 1]), (2, [2, 1, 1]), (20, [10, 1, 1])):
        plan = Plan(IMDB, epochs=epochs, replicates=2, seed=0)
        assert [plan.epochs_of(run) for run in plan.runs[:3]] == expected
        assert {plan.epochs_of(run) for run in plan.runs[3:]} == {epochs}


def test_the_models_of_a_seed_share_it() -> None:
    plan = Plan(IMDB, epochs=2, replicates=3, seed=5)
    seeds = [plan.job(run).training.seed for run in plan.runs if run.protocol is Protocol.FAIR]
    assert all(len(set(seeds[place : place + 3])) == 1 for place in (0, 3, 6))
    assert len(set(seeds)) == 3


def test_the_difference_is_followed_from_the_notebooks_to_the_fair_one() -> None:
    findings = reproduction((0.850, 0.852, 0.848), (0.860, 0.858, 0.866), OWN)
    steps = [step.difference for step in findings.steps]
    assert steps == pytest.approx(
        [0.1475, 0.82 - 0.835, 0.83 - 0.835, np.mean([-10, -6, -18]) / 1e3]
    )
    spread = np.std([-0.010, -0.006, -0.018], ddof=1)
    assert findings.luck == pytest.approx(stats.t.ppf(0.975, 2) * spread * 2**0.5)
    assert findings.verdict.difference == pytest.approx(steps[-1])


def test_sentences_say_what_the_numbers_say() -> None:
    told = " ".join(words.attribution(reproduction((0.850, 0.852), (0.860, 0.858), OWN)))
    assert "puts LSTM(128) 1.50 points behind GRU(154)" in told
    assert "The 16.25 points between the two" in told
    assert "0.50 points behind GRU(154). Training it on to 3 epochs lowered that by 1.00" in told
    assert "best on test, number 2, is 3.00 points above the last" in told
    assert "1.00 points above that on the test split (4 runs)" in told
    assert "GRU(154) came out ahead with every one" in told
    mixed = reproduction((0.850, 0.852), (0.849, 0.858), {**OWN, LSTM_128: own(0.835, 0.84)})
    told = " ".join(words.attribution(mixed))
    assert "level with GRU(154). Training it on to 2 epochs raised that by 0.50" in told
    assert "the last epoch is also the best on test" in told
    assert "with one seed either could have come out ahead" in told


@pytest.mark.parametrize(
    ("lstm", "gru", "badge", "conclusion"),
    [
        ((0.88, 0.881, 0.882), (0.85, 0.852, 0.851), "LSTM(128) is more accurate", "is confirmed"),
        ((0.85, 0.852, 0.851), (0.88, 0.881, 0.882), "GRU(154) is more accurate", "other way"),
        ((0.85, 0.87), (0.86, 0.85), "Undecided", "neither confirm nor refute"),
        ((0.85,), (0.80,), "Undecided", "neither confirm nor refute"),
    ],
)
def test_its_conclusion_is_judged_by_the_verdict(
    lstm: tuple[float, ...], gru: tuple[float, ...], badge: str, conclusion: str
) -> None:
    findings = reproduction(lstm, gru, OWN)
    assert words.badge(findings) == badge
    assert conclusion in words.conclusion(findings)


def test_seeds_explain_a_gap_only_if_they_vary_enough() -> None:
    steady = reproduction((0.850, 0.851, 0.852), (0.840, 0.8415, 0.8415), OWN)
    assert "seeds alone cannot explain" in words.attribution(steady)[0]
    wild = reproduction((0.90, 0.80, 0.85), (0.80, 0.90, 0.85), OWN)
    assert "seeds alone can explain" in words.attribution(wild)[0]


def test_the_guess_about_the_second_bias_is_answered_by_keras_counts() -> None:
    findings = reproduction((0.85,), (0.86,), OWN)
    told = " ".join(words.second_bias(findings))
    assert "131,208 with reset_after=True, its default, and 130,746 with reset_after=False" in told
    assert told.count("The guess is right") == 2
    wrong = [
        replace(one, cell_parameters=one.cell_parameters + 1) for one in findings.record.counted
    ]
    record = replace(findings.record, counted=(*findings.record.counted[:3], *wrong[3:]))
    assert "The guess is right" not in " ".join(words.second_bias(Findings(record)))
    assert "counts otherwise" in words.sizes(Findings(record))


OTHER = replace(IMDB, name="<b>moods</b>", labels=("a", "b", "c"), sequence_length=6)
RECORDS = {
    "whole": reproduction((0.850, 0.852, 0.848), (0.860, 0.858, 0.866), OWN),
    "one seed": reproduction((0.85,), (0.86,), OWN),
    "no fair run": reproduction((), (), OWN),
    "nothing": reproduction((), ()),
    "other data": reproduction((0.85, 0.86), (0.86, 0.85), OWN, OTHER),
    "no counts": Findings(replace(reproduction((0.85,), (0.86,), OWN).record, counted=())),
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_state_can_be_shown(name: str) -> None:
    findings = RECORDS[name]
    shown = html(findings)
    assert "<b>moods" not in shown
    assert ("83.46 %" in shown) == (name != "other data")
    assert ("runs have no result" in shown) == bool(findings.record.failures)
    json.dumps(summary(findings), allow_nan=False)


def test_the_page_is_accessible_and_asks_for_nothing(tmp_path: Path) -> None:
    address = write(RECORDS["whole"], tmp_path).as_uri()
    with chromium() as browser:
        tab = browser.new_page()
        told: list[str] = []
        tab.on("console", lambda message: told.append(message.text))
        tab.on("request", lambda request: told.append(request.url))
        tab.goto(address)
        assert told == [address]
        assert Axe().run(tab).violations_count == 0
