"""The page of a study: its sections in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reports.charts.figure import Charts
from reports.comparison.verdict import Verdict
from reports.drawing.chart import Chart
from reports.drawing.svg import Svg
from reports.findings.answer import Answer, complete_trials
from reports.page import prose
from reports.page.blocks import (
    Block,
    Command,
    Definition,
    Definitions,
    Details,
    Figure,
    Heading,
    Page,
    Prose,
    Section,
)
from reports.page.command_lines import Commands
from reports.page.glossary import GLOSSARY
from reports.page.method import method
from reports.tables.confirmation import confirmed_table, cost_table, difference_table, runs_table
from reports.tables.search import (
    best_table,
    curve_table,
    frontier_table,
    hyperparameter_table,
    importance_table,
    progress_table,
    trials_table,
    trouble_table,
)
from reports.tables.table import Row, Table, columns
from study.trials.record import StudyRecord


@dataclass(frozen=True)
class Content:
    """What a page is made from.

    Attributes:
        drawings: The gallery's charts by key.
        folder: Where the report will lie.
    """

    record: StudyRecord
    answer: Answer
    gallery: Charts
    drawings: Mapping[str, Svg]
    folder: Path

    def page(self) -> Page:
        """The whole page."""
        record, answer = self.record, self.answer
        sections = (
            self._difference(),
            self._sizes(),
            self._models(),
            self._costs(),
            self._curves(),
            self._progress(),
            self._hyperparameters(),
            self._trouble(),
            self._method(),
            self._again(),
            self._environment(),
            _glossary(),
        )
        return Page(
            study=record.name,
            question=prose.question(record),
            badge=prose.badge(answer),
            decided=answer.decided,
            statement=answer.statement,
            remarks=self._remarks(),
            facts=prose.facts(record, answer),
            picture=self._first_picture(),
            sections=tuple(section for section in sections if section),
        )

    def _remarks(self) -> tuple[Block, ...]:
        said: list[Block] = [Prose(text) for text in prose.remarks(self.record, self.answer)]
        if self.answer.verdict:
            said.append(Prose(prose.luck_of_the_search(self.answer), small=True))
        else:
            said.append(
                Command(
                    "For a verdict, train the best of each cell again on fresh seeds and score "
                    "it on the test split:",
                    self._commands.on_this_run("study.confirm"),
                )
            )
        return tuple(said)

    def _first_picture(self) -> tuple[Block, ...]:
        difference = self.gallery.difference
        if difference is None:
            return self._sized()
        return (self._figure(prose.difference_caption(self.record, self.answer), difference),)

    def _sized(self) -> tuple[Block, ...]:
        caption = prose.sizes_caption(self.record, self.answer)
        return (
            self._figure(caption, self.gallery.sizes),
            Details("Most accurate trials up to each size", frontier_table(self.record)),
        )

    def _difference(self) -> Section | None:
        verdict = self.answer.verdict
        if verdict is None:
            return None
        return Section(
            "difference",
            "Difference at each budget",
            (
                Prose(prose.PAIRS),
                difference_table(self.record, self.answer, verdict),
                Prose(prose.intervals(self.answer), small=True),
                Prose(prose.ahead(self.record, verdict), small=True),
                Prose(prose.trend(verdict), small=True),
            ),
        )

    def _sizes(self) -> Section | None:
        if self.answer.verdict is None:
            return None  # it is the first picture
        return Section("size", "Accuracy against parameters", self._sized())

    def _models(self) -> Section:
        record = self.record
        listed = trials_table(record)
        complete = len(complete_trials(record.trials))
        blocks: list[Block] = []
        if self.answer.budgets:
            blocks += [
                Prose(prose.matching(record)),
                confirmed_table(record, self.answer),
                Heading("Best of the search"),
            ]
        blocks += [
            best_table(record, self.answer),
            Details(f"Trials by validation accuracy ({len(listed.rows):,})", listed),
            Prose(prose.listing(len(listed.rows), complete), small=True),
        ]
        return Section("models", "The models", tuple(blocks))

    def _costs(self) -> Section | None:
        if not self.gallery.costs:
            return None
        return Section(
            "cost",
            "Accuracy against cost",
            (
                Prose(prose.COSTS),
                self._figure(prose.COSTS_CAPTION, *self.gallery.costs),
                Details("Numbers behind these charts", cost_table(self.record, self.answer)),
            ),
        )

    def _curves(self) -> Section:
        blocks: list[Block] = [
            self._figure(prose.CURVES_CAPTION, *self.gallery.search_curves),
            Details("Numbers behind these curves", curve_table(self.record)),
        ]
        if self.gallery.confirmed_curves:
            caption = prose.confirmed_curves_caption(self.record, self.answer)
            blocks += [
                self._figure(caption, *self.gallery.confirmed_curves),
                Details("Every confirmed run", runs_table(self.record, self.answer)),
            ]
        return Section("curves", "Learning curves", tuple(blocks))

    def _progress(self) -> Section:
        return Section(
            "progress",
            "Best so far against trials",
            (
                self._figure(prose.PROGRESS_CAPTION, self.gallery.progress),
                Details("Numbers behind this chart", progress_table(self.record)),
            ),
        )

    def _hyperparameters(self) -> Section:
        gallery = self.gallery
        blocks: list[Block] = []
        if gallery.hyperparameters:
            blocks += [
                self._figure(prose.hyperparameters_caption(self.record), *gallery.hyperparameters),
                Details("Numbers behind these charts", hyperparameter_table(self.record)),
            ]
        blocks.append(Heading("Importances"))
        if gallery.importances:
            blocks += [
                self._figure(prose.IMPORTANCES_CAPTION, gallery.importances),
                Details("Numbers behind this chart", importance_table(self.record, gallery.shares)),
            ]
        blocks += [
            Prose(prose.no_importances(cell))
            for cell, found in gallery.shares.items()
            if found is None
        ]
        return Section("hyperparameters", "What each hyperparameter did", tuple(blocks))

    def _trouble(self) -> Section:
        found = trouble_table(self.record)
        blocks: tuple[Block, ...] = (Prose(prose.trouble(self.record)),)
        return Section(
            "trouble",
            "What was pruned, failed or requeued",
            (*blocks, found) if found.rows else blocks,
        )

    def _method(self) -> Section:
        entries = method(self.record, self.answer)
        return Section("method", "How it was done", (Definitions(entries),))

    def _again(self) -> Section:
        commands = self._commands
        verdict = self.answer.verdict
        blocks: list[Block] = [
            Command("Go on with this study, or do nothing if it is complete:", commands.resume()),
            Command("Write this report again:", commands.on_this_run("reports")),
            *(_more_seeds(commands, verdict) if verdict else ()),
            Command("Look at every trial in the dashboard:", commands.dashboard()),
            Prose(f"The trials are stored in {commands.stored_in}.", small=True),
        ]
        if commands.needs_password:
            blocks.append(Prose(prose.PASSWORD, small=True))
        return Section("again", "How to run it again", tuple(blocks))

    def _environment(self) -> Section:
        return Section(
            "environment",
            "Settings and environment",
            (
                _pairs("Settings in force", self.record.settings),
                _pairs("Where it ran", self.record.environment),
            ),
        )

    def _figure(self, caption: str, *charts: Chart) -> Figure:
        inline = (Markup(self.drawings[chart.key].inline) for chart in charts)
        return Figure(tuple(inline), caption)

    @property
    def _commands(self) -> Commands:
        return Commands(self.record, self.folder)


def _more_seeds(commands: Commands, verdict: Verdict) -> tuple[Block, ...]:
    if verdict.seeds_needed is None:
        return ()
    line = f"{commands.on_this_run('study.confirm')} --replicates {verdict.seeds_needed}"
    return (
        Command("Narrow the intervals with more seeds (runs are kept):", line),
        Prose(prose.MORE_SEEDS, small=True),
    )


def _pairs(caption: str, values: Mapping[str, Any]) -> Table:
    rows = tuple(Row((name, _plain(value))) for name, value in values.items())
    return Table(caption, columns("Name", "Value"), rows)


def _plain(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    return str(value)


def _glossary() -> Section:
    entries = tuple(Definition(term.name, term.meaning, f"term-{term.key}") for term in GLOSSARY)
    return Section("glossary", "Glossary", (Definitions(entries),))
