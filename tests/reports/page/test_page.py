"""What the page says of which study, and where."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.findings.answer import answer
from reports.findings.confirmation import ended_runs
from reports.page.warnings import remarks
from reports.words.phrases import confidence
from study.question.flag_values import Searches
from study.trials.record import Look, Status
from study.trials.registered import Registration
from tests.support.made_up.records import (
    confirmed_record,
    incomplete_record,
    search_record,
    several_cells,
)
from tests.support.pages import page_of, text_of


def test_what_would_mislead_stands_next_to_the_verdict(tmp_path: Path) -> None:
    page = text_of(page_of(confirmed_record(), tmp_path))
    warning = "The 2,407 test examples are few for a margin of 0.5 points"
    assert page.index("Verdict: better") < page.index(warning) < page.index("Data set")
    assert "Classes Czech 747" in page
    assert "Majority baseline 7.8 % of the test split are of the class Czech" in page


def test_the_answer_comes_first(tmp_path: Path) -> None:
    record = confirmed_record()
    page = page_of(record, tmp_path)
    assert answer(record).sentence in text_of(page)
    found = answer(record).statement.claim
    assert (
        page.index("which is more accurate on surnames: LSTM or GRU?</h1>")
        < page.index(f'class="verdict">{found}.</p>')
        < page.index("Linear model</th>")
        < page.index("<dt>What to do</dt><dd>Take GRU")
        < page.index('id="difference-by-search-title"')
        < page.index("<nav")
    )
    headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", page)
    assert headings == [
        "Verdict: better",
        "Difference at each budget",
        "Search by search",
        "What more tuning brings",
        "Accuracy against parameters",
        "The models",
        "Class by class",
        "Accuracy against cost",
        "Validation against test",
        "Learning curves",
        "What each hyperparameter did",
        "What was pruned, failed or requeued",
        "The data",
        "A linear model of the same data",
        "How it was done",
        "How to run it again",
        "Settings and environment",
        "Glossary",
    ]


def test_the_first_screen_says_how_sure_and_what_was_done(tmp_path: Path) -> None:
    record = confirmed_record(planned=Searches(4, 12), searched=6, confirmed=6)
    verdict = answer(record).verdict
    assert verdict is not None
    assert verdict.alpha < 0.02
    first_screen, rest = text_of(page_of(record, tmp_path)).split("Glossary Difference", 1)
    for said in (
        "budget: 20,736 cell parameters",
        " 62 19,592 GRU ",
        "Difference GRU is right ",
        f"({confidence(verdict.headline)} confidence). Asked again The same study with other seeds",
        "on the same test examples, would find between",
        "(95 % prediction). What to do Accuracy does not decide",
        "Linear model 70.0 %",
        "Always “Czech” 7.8 %",
        "Searches 6 searches of 4 to 12; 3 looks at the verdict",
        "Tuning 8 trials of each cell at each of 3 budgets: 48 a search",
        "Winners trained on 2 fresh seeds each",
    ):
        assert said in first_screen, said
    for said in (
        f"{confidence(verdict.headline)} interval",
        "Asked again with other seeds, the difference (LSTM minus GRU) would lie between",
        "Mean over the 3 budgets, LSTM minus GRU:",
        "Differences below 0.5 points count as none: fixed in the settings; no plan was stored.",
    ):
        assert said in rest, said


def test_a_search_alone_claims_nothing(tmp_path: Path) -> None:
    text = text_of(page_of(search_record(), tmp_path))
    assert "No verdict yet: no search is confirmed, and the best of 38 trials" in text
    assert f"python -m study.confirm {tmp_path}" in text
    assert "more accurate than" not in text
    assert not (tmp_path / "confirmations.csv").exists()


def test_a_search_that_is_not_complete_is_not_to_be_confirmed(tmp_path: Path) -> None:
    record = search_record()
    text = text_of(page_of(replace(record, trials=record.trials[:40]), tmp_path))
    assert "study.confirm" not in text
    assert "The searches that have begun are not complete: 40 of 48 trials are." in text


def test_an_unfinished_study_is_called_so(tmp_path: Path) -> None:
    text = text_of(page_of(incomplete_record(), tmp_path))
    assert "No verdict yet: 2 of 4 searches are complete. So far LSTM minus GRU" in text
    assert "The searches that have begun are not complete: 140 of 144 trials are." in text
    assert "LSTM failed in 1 of 15 confirmed runs" in text
    assert "the loss is not finite after epoch 2" in text
    assert "requeued interrupted" in text
    assert "Intervals are shown from the first look at the verdict on." in text


def test_failures_and_the_cap_are_told_before_the_charts(tmp_path: Path) -> None:
    record = confirmed_record(failing={"lstm": 0.3}, capped=0.3)
    first_screen = text_of(page_of(record, tmp_path)).split("Data set")[0]
    runs = [run for run in record.confirmations if run.status is Status.COMPLETE]
    capped = sum(bool(run.at_epoch_cap) for run in runs)
    assert f"{capped} of {len(runs)} confirmed runs ended at the cap on epochs" in first_screen
    assert first_screen.index("LSTM failed in ") < first_screen.index("At 20,736 cell parameters ")
    few = text_of(page_of(confirmed_record(capped=0.02), tmp_path))
    assert "ended at the cap on epochs" not in few


def test_looks_and_extensions_are_told(tmp_path: Path) -> None:
    record = confirmed_record(searched=6, confirmed=6)
    looks = (Look(4, 4, 4), Look(6, 6, 6))
    text = text_of(page_of(replace(record, looks=looks, planned_searches=Searches(6, 6)), tmp_path))
    assert "The study was extended after its plan had ended" in text
    plain = text_of(page_of(confirmed_record(), tmp_path))
    assert "One look at the verdict was planned, after 4 searches." in plain
    assert "extended" not in plain


def test_when_the_margin_was_declared_is_told(tmp_path: Path) -> None:
    def declared(trainings: int) -> str:
        when = datetime(2026, 11, 24, tzinfo=UTC)
        plan = Registration(1, "ab" * 32, when, trainings, "{}")
        record = replace(confirmed_record(), registrations=(plan,))
        return text_of(page_of(record, tmp_path))

    first = declared(0)
    assert first.count("plan.json, stored before the first training") == 2
    assert "no plan was stored" not in first
    assert "were declared not to matter: plan.json, stored after 7 trainings" in declared(7)


def test_a_sampler_that_chose_nothing_is_not_said_to_have(tmp_path: Path) -> None:
    text = text_of(page_of(confirmed_record(), tmp_path))
    assert "at least the first 8 of its 24 trials of a search; Optuna's TPE, which" in text
    few = text_of(page_of(confirmed_record(budgets=1), tmp_path))
    assert "all of its 8 trials of a search: Optuna's TPE would go on after 8" in few


def test_what_the_test_split_decides_is_told(tmp_path: Path) -> None:
    record = confirmed_record()
    plain = text_of(page_of(record, tmp_path))
    runs = len(ended_runs(record))
    winners = 4 * 3 * 2 * record.replicates
    assert runs > winners
    assert (
        f"{runs} confirmed runs ({winners} of winners, {runs - winners} of what had won with less "
        f"effort) and the linear model are scored on the same {record.dataset.test:,} examples"
    ) in plain
    assert "whether the study ends" not in plain
    several = text_of(page_of(several_cells(3, planned=Searches(4, 12)), tmp_path))
    assert "They say at each look at the verdict whether the study ends." in several
    assert "which the next best" in several


def test_several_cells_are_all_there(tmp_path: Path) -> None:
    record = several_cells(4)
    page = page_of(record, tmp_path)
    text = text_of(page)
    assert "which is most accurate on surnames: LSTM, GRU, GRU (reset before) or SimpleRNN?" in text
    assert "Holm's procedure pays for comparing several pairs" in text
    for style in ("first", "second", "third", "fourth"):
        assert f'<tr class="{style}">' in page
        assert f"tr.{style} &gt; th" in page or f"tr.{style} > th" in page


def test_every_scope_is_named_and_both_counts_are_given(tmp_path: Path) -> None:
    record = confirmed_record()
    page = page_of(record, tmp_path)
    best = answer(record).best["gru"]
    assert f"{best.cell_parameters:,}" in page
    assert f"{best.model_parameters:,}" in page
    assert "20,736 cell parameters" in page


@pytest.mark.parametrize("trials", [0, 1, 2, 3])
def test_hardly_any_trials_make_a_report(trials: int, tmp_path: Path) -> None:
    record = search_record()
    page = page_of(replace(record, trials=record.trials[:trials]), tmp_path)
    assert "No verdict yet" in page


def test_one_search_gives_no_interval_and_no_verdict(tmp_path: Path) -> None:
    record = confirmed_record(searched=1, confirmed=1, planned=Searches(1, 1))
    text = text_of(page_of(record, tmp_path))
    assert "Verdict: undecided" in text
    assert "One search shows nothing of luck: at least two are needed." in text


def test_more_searches_are_proposed_only_where_they_would_help(tmp_path: Path) -> None:
    undecided = confirmed_record(gains={"gru": 0.008}, seed=3)
    verdict = answer(undecided).verdict
    assert verdict is not None
    assert verdict.searches_needed is not None
    page = page_of(undecided, tmp_path)
    assert f"--searches {verdict.searches_needed} --storage" in text_of(page)
    assert "over all looks rises from 5.0 % to 7.5 %" in text_of(page)
    assert 'class="answer"' in page
    decided = page_of(confirmed_record(), tmp_path)
    assert "--searches" not in decided
    assert 'class="answer decided"' in decided


def test_one_is_not_many(tmp_path: Path) -> None:
    record = confirmed_record(
        trials=1, replicates=1, budgets=1, searched=1, confirmed=1, planned=Searches(1, 1)
    )
    text = text_of(page_of(record, tmp_path))
    assert "Tuning 1 trial of each cell: 2 a search" in text
    assert "Winners trained on 1 fresh seed each" in text
    assert "20 characters" in text
    assert "Search 8 s, confirmation 6 s; by the clock" in text
    for noun in ("budgets", "seeds", "pairs", "runs", "trials", "epochs", "searches", "looks"):
        assert not re.search(rf"(?<![\d.,])1 {noun}\b", text), noun


def test_a_pruned_trial_has_a_reason(tmp_path: Path) -> None:
    record = search_record()
    assert "not expected to reach the best after epoch 4" in page_of(record, tmp_path)
    untold = tuple(replace(each, reason=None) for each in record.trials)
    text = text_of(page_of(replace(record, trials=untold), tmp_path))
    assert "pruned not expected to reach the best of its cell and budget" in text
    assert text.count("no reason was recorded") == 1  # the one cell whose trials failed


def test_sizes_that_are_only_nearest_are_marked(tmp_path: Path) -> None:
    record = confirmed_record()
    first = record.searches[0]
    nearest = replace(first.budgets[1], within_tolerance=False)
    searches = (
        replace(first, budgets=(first.budgets[0], nearest, first.budgets[2])),
        *record.searches[1:],
    )
    text = text_of(page_of(replace(record, searches=searches), tmp_path))
    assert "No widths within 1 % of each other exist at 5,184" in text.split("The models", 2)[2]
    assert "(nearest)" in text


def test_sizes_far_below_the_budget_stand_next_to_the_verdict(tmp_path: Path) -> None:
    record = confirmed_record()
    smaller = replace(record, budget=replace(record.budget, limit=30_000))
    searches = tuple(
        replace(one, budgets=(replace(one.budgets[0], limit=30_000), *one.budgets[1:]))
        for one in record.searches
    )
    runs = tuple(
        replace(run, budget=30_000 if run.budget == 20_736 else run.budget)
        for run in record.confirmations
    )
    told = remarks(
        replace(smaller, searches=searches, confirmations=runs,
                limits=(30_000, *record.limits[1:])),
        answer(record),
    )  # fmt: skip
    warning = "use less than 90 % of the budget of 30,000 (19,440 to 19,592 parameters, 64 %)"
    assert any(warning in each for each in told)
    assert not any("of the budget" in each for each in remarks(record, answer(record)))


def test_many_reasons_are_cut(tmp_path: Path) -> None:
    record = search_record(100)
    failed = tuple(
        replace(one, status=Status.FAILED, reason=f"reason {one.number}") for one in record.trials
    )
    text = text_of(page_of(replace(record, trials=failed), tmp_path))
    assert "400 rarer reasons are in trials.csv" in text
