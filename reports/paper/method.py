"""The method of a study as a paragraph to paste: every figure is the record's."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reports.findings.answer import Answer
from reports.findings.search import trial_counts
from reports.paper.statistics import confirming, statistics, times
from reports.paper.tex import UNICODE, tex, wrapped
from reports.words.formatting import count, percent, points, shown_value
from reports.words.labels import budget_label, metric_name
from reports.words.phrases import listed, plural
from search_spaces.cells import cell_name
from search_spaces.spaces import SpaceName, ranges_of
from study.machine.program import version
from study.question.sampler_name import SamplerName
from study.terminal.words import number_of, utc
from study.trials.record import StudyRecord
from study.trials.sampler import BEGINNINGS

_CITED = re.compile(r"\[\[([\w,-]+)\]\]")
_PACKAGES = {
    "python": "Python",
    "keras": "Keras [[keras]]",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
    "optuna": "Optuna [[akiba2019]]",
    "numpy": "NumPy",
    "scipy": "SciPy",
    "scikit-learn": "scikit-learn",
}
_BACKENDS = {"tensorflow", "jax"}
# By the origin that a built-in data set names; a user's own names its path.
DATA = {"the surnames": "[[faker]]", "imdb": "[[maas2011]]", "reuters": "[[lewis1997]]"}


def method(record: StudyRecord, answer: Answer) -> str:
    """The paragraph as LaTeX, with citations of what `bibliography` holds."""
    told = " ".join(sentence for sentence in _sentences(record, answer) if sentence)
    return f"{UNICODE}\n{wrapped(_CITED.sub(_cite, tex(told)))}\n"


def cited(text: str) -> set[str]:
    """The keys that LaTeX cites."""
    return {key for keys in re.findall(r"\\cite\{([^}]*)\}", text) for key in keys.split(",")}


def _cite(found: re.Match[str]) -> str:
    return f"\\cite{{{found[1]}}}"


def _sentences(record: StudyRecord, answer: Answer) -> Iterator[str]:
    yield _data(record)
    yield _question(record)
    yield _plan(record)
    yield from _searching(record)
    yield _training(record)
    yield from confirming(record, answer)
    yield from statistics(record, answer)
    yield _software(record)


def _data(record: StudyRecord) -> str:
    data = record.dataset
    given = data.facts.given
    whence = (
        f"the {listed(given)} split given by the data"
        if given
        else "drawn, every class in its proportion"
    )
    return (
        f"Data: {data.name} {DATA.get(data.facts.origin.name, '')}".rstrip()
        + f", {len(data.labels)} classes; {count(data.test)} test examples, and "
        f"{count(data.train + data.validation)} that every search and every confirmed run splits "
        f"afresh into about {count(data.train)} for training and {count(data.validation)} for "
        f"validation ({whence}). A model reads the last "
        f"{number_of(data.sequence_length, data.level)} of a {_example(record)}. Always answering "
        "with the most frequent class gives "
        f"{percent(data.facts.majority_baseline(record.metric))} {metric_name(record)}."
    )


def _example(record: StudyRecord) -> str:
    if record.task.has_embedding:
        return "text"
    features = number_of(record.task.embedding, "feature")
    return f"series of {features}, each standardised by its mean and deviation in training"


def _question(record: StudyRecord) -> str:
    limits = listed([count(limit) for limit in record.limits])
    scope = "of the recurrent layers" if record.budget.scope == "cell" else "of the whole model"
    smaller = f", and at {limits.partition(', ')[2] or limits}" if len(record.limits) > 2 else ""
    if len(record.limits) == 2:
        smaller = f", and at {count(record.limits[1])}"
    cells = listed([cell_name(cell) for cell in record.cells])
    return (
        f"{cells} were compared at an equal budget of at most {budget_label(record)} (trainable "
        f"parameters {scope}){smaller}. The smallest difference that matters was "
        f"{'declared' if record.registrations else 'set'} to be {points(record.margin)} percentage "
        f"points{_NO_PLAN * (not record.registrations)}."
    )


_NO_PLAN = ", in the settings; no plan was stored before the study began"


def _plan(record: StudyRecord) -> str:
    if not record.registrations:
        return ""
    first, *changes = record.registrations
    begun = f"{number_of(first.trainings, 'training')} had begun"
    when = "before the first training" if not first.trainings else f"when {begun}"
    changed = f"; it was changed {times(len(changes))} later" * bool(changes)
    return (
        f"All this, the search and the rule of the verdict were written down on "
        f"{utc(first.stored)}, {when} (SHA-256 {first.sha256}){changed}."
    )


def _searching(record: StudyRecord) -> Iterator[str]:
    if not record.trials_per_search:
        return
    counts, settings = trial_counts(record), record.settings
    each = round(record.trials_per_search / (len(record.cells) * len(record.limits)))
    searches = plural(len({trial.search for trial in record.trials}), "search")
    budgets, several = number_of(len(record.limits), "budget"), len(record.limits) > 1
    yield (
        f"The unit of the comparison is the search [[bouthillier2021]]: {searches}, each with a "
        "seed and a train/validation split of its own, learning nothing from the others, tuned "
        f"each cell with {number_of(each, 'trial')}{f' at each of {budgets}' * several}, "
        f"{number_of(record.trials_per_search, 'trial')} a search, {count(counts['planned'])} in "
        f"all ({count(counts['complete'])} complete, {count(counts['pruned'])} pruned, "
        f"{count(counts['failed'])} failed)."
    )
    yield _space(settings)
    yield from _sampling(record, counts["pruned"])


def _space(settings: Mapping[str, Any]) -> str:
    if "space" not in settings:
        return ""
    space = SpaceName(settings["space"])
    told = [
        f"{name.replace('_', ' ')} from {shown_value(within.low)} to {shown_value(within.high)}"
        f"{' on a logarithmic scale' * within.log}"
        for name, within in ranges_of(space).items()
    ]
    if space is SpaceName.WIDE:
        told += ["one or two layers", "one or both directions", "batches of 32, 64 or 128"]
        told += ["the embedding's width"] * (settings.get("budget-scope") == "model")
    return (
        "Searched were the units, from the next smaller budget's width to the budget's own on a "
        f"logarithmic scale, {listed(told)} (the space {space})."
    )


def _sampling(record: StudyRecord, pruned: int) -> Iterator[str]:
    """Who chose what, as far as it came to choose."""
    settings = record.settings
    sampler = SamplerName(settings.get("sampler", "tpe"))
    trials = record.trials_per_search // len(record.cells)  # of a cell in a search
    if sampler is SamplerName.KERAS_TUNER_HYPERBAND:
        yield f"What to try was chosen by {sampler.words}."
    else:
        yield from _beginnings(sampler, trials)
    if not settings.get("pruning", True):
        yield "No trial was pruned: pruning was off."
    elif not pruned:
        yield "Trials could be pruned, but none was."
    else:
        yield (
            "A trial was pruned when one and a half times what the second half of its looks had "
            "gained would not have brought its validation loss to the best of its search, cell and "
            "budget."
        )


def _beginnings(sampler: SamplerName, trials: int) -> Iterator[str]:
    random = sampler is SamplerName.RANDOM
    drawn = "uniform random points" if random else "scrambled Sobol points [[owen1998]]"
    models = sampler not in {SamplerName.RANDOM, SamplerName.QMC}
    later = trials - BEGINNINGS
    if not models or later <= 0:
        yield f"All trials were {drawn}, the same for all cells of a search."
        if models:
            yield (
                f"{sampler.words}, which chooses once {BEGINNINGS} trials of a cell in a search "
                f"have ended, had none of a cell's {trials} to choose."
            )
        return
    name = "a tree-structured Parzen estimator [[bergstra2011]]"
    chooser = name if sampler is SamplerName.TPE else sampler.words
    yield (
        f"A cell's trials of a search were {drawn}, the same for all cells, until {BEGINNINGS} of "
        f"them had ended; {chooser} chose the rest, at most {later} of a cell's {trials}, from the "
        "trials of that cell in that search only: all but the size."
    )


def _training(record: StudyRecord) -> str:
    settings = record.settings
    told = "Models (recurrent layers below a dense output"
    if record.task.has_embedding:
        told += f", above an embedding of {count(record.task.vocabulary)} tokens"
        if settings.get("embedding") and settings.get("space") != "wide":
            told += f" in width {settings['embedding']}"
    told += ") were trained with Adam [[kingma2015]]"
    if "batch-size" in settings and settings.get("space") != "wide":
        told += f" on batches of {number_of(settings['batch-size'], 'example')}"
    if looks := _looks(record):
        told += f", their validation loss measured {looks},"
    if "epochs" in settings:
        told += f" for at most {number_of(settings['epochs'], 'epoch')}"
    if "patience" in settings:
        patience = f"{settings['patience']:g}"
        epochs = "epoch" if patience == "1" else "epochs"
        told += f", until validation loss had not fallen for {patience} {epochs}"
    return f"{told}; the weights of the lowest validation loss were kept."


def _looks(record: StudyRecord) -> str:
    """How often in an epoch, as the curves have it."""
    curves = [trial.curve for trial in record.trials]
    curves += [run.curve for run in record.confirmations]
    often = sorted({round(1 / curve[0].epoch) for curve in curves if curve and curve[0].epoch})
    if not often:
        return ""
    return f"{listed([times(each) for each in often], 'or')} an epoch"


def _software(record: StudyRecord) -> str:
    environment = record.environment
    versions = [f"isoparam {environment.get('isoparam', version())} [[isoparam]]"]
    versions += [
        " ".join([*name.split()[:1], environment[package], *name.split()[1:]])
        for package, name in _PACKAGES.items()
        if package in environment and package not in _BACKENDS - {environment.get("backend")}
    ]
    where = environment.get("processor", "")
    return f"Software: {listed(versions)}{f'; on {where}' * bool(where)}."
