"""Terms that a reader who knows Keras, but no statistics, may not know; one line each."""

import re
from typing import NamedTuple

from markupsafe import Markup

_RUNNING_TEXT = re.compile(r'<(p|figcaption)(?: class="small")?>.*?</\1>', re.DOTALL)
_NOT_IN_TAG_OR_LINK = "(?![^<]*(?:>|</a>))"


class Term(NamedTuple):
    """A term, what it means, and the words in running text that stand for it."""

    key: str
    name: str
    meaning: str
    words: str  # a regular expression


def link_terms(html: str) -> Markup:
    """Links each term to its line in the glossary where a section uses it first.

    Args:
        html: Sections, in whose paragraphs and captions terms are looked for.
    """
    return Markup("".join(_link_section(part) for part in re.split("(?=<section )", html)))


def _link_section(html: str) -> str:
    left = list(GLOSSARY)

    def link(found: re.Match[str]) -> str:
        text = re.sub(r"[ \n]+", " ", found[0])  # a term may run over the end of a line
        for term in list(left):
            new = re.sub(
                rf"\b(?:{term.words})\b{_NOT_IN_TAG_OR_LINK}",
                rf'<a class="term" href="#term-{term.key}">\g<0></a>',
                text,
                count=1,
            )
            if new != text:
                left.remove(term)
            text = new
        return text

    return _RUNNING_TEXT.sub(link, html)


GLOSSARY = (
    Term(
        "budget",
        "Budget",
        "The most trainable parameters a model may have; its scope says which are counted: those "
        "of the recurrent cell, or of the whole model.",
        r"budgets?",
    ),
    Term(
        "cell-parameters",
        "Cell and model parameters",
        "Cell parameters are the weights and biases of the recurrent layers. Model parameters add "
        "the embedding and the output layer.",
        r"(?:cell|model) parameters",
    ),
    Term(
        "search",
        "Search",
        "Trials with different hyperparameters, each measured on the validation split, to find "
        "what suits each cell. Both cells get the same number of trials.",
        r"search",
    ),
    Term(
        "confirmation",
        "Confirmation",
        "The best hyperparameters of each cell, trained again from fresh seeds, at matched sizes, "
        "and scored once on the test split, which the search never saw.",
        r"[Cc]onfirmation|confirmed",
    ),
    Term(
        "matched",
        "Matched widths",
        "The largest widths (units) within a budget at which the two cells differ by at most 1 % "
        "in parameters.",
        r"[Mm]atched (?:widths|sizes)",
    ),
    Term(
        "seed",
        "Seed",
        "The number that fixes the initial weights, the data order and the train/validation "
        "split of a run. Another seed gives a slightly other accuracy: that is luck.",
        r"seeds?",
    ),
    Term(
        "pair",
        "Pair",
        "One run of either cell with the same seed, data order and split, so that luck that both "
        "share is not in their difference. Each has the hyperparameters chosen for its cell.",
        r"pairs?",
    ),
    Term(
        "validation",
        "Validation and test accuracy",
        "Validation examples choose hyperparameters and the best epoch, so their accuracy "
        "flatters. Test examples choose nothing.",
        r"validation accuracy|test accuracy",
    ),
    Term(
        "optimism",
        "Optimism",
        "How far the validation accuracy of the best of many trials lies above what the same "
        "choice reaches on new seeds and test examples.",
        r"[Oo]ptimism|optimistic",
    ),
    Term(
        "points",
        "Percentage points",
        "The difference between two percentages: from 80 % to 81 % is one point.",
        r"percentage points|(?<=\d )points",
    ),
    Term(
        "interval",
        "95 % interval",
        "A range made so that, over many studies like this one, 95 % of such ranges hold the "
        "true value.",
        r"(?:95 % |90 % )?intervals?",
    ),
    Term(
        "margin",
        "Margin",
        "The smallest difference that matters, set before the study was run.",
        r"margin",
    ),
    Term(
        "equivalent",
        "Equivalent",
        "Shown to differ by less than the margin (two one-sided tests); not merely “no "
        "difference found”.",
        r"[Ee]quivalent",
    ),
    Term(
        "p-value",
        "p-value (Holm)",
        "How often luck alone would give at least such a difference if there were none; adjusted "
        "for looking at several budgets.",
        r"p = |p-value|Holm(?:&#39;s)? procedure",
    ),
    Term(
        "frontier",
        "Frontier",
        "The models that no other beats: none is at least as accurate with fewer parameters.",
        r"frontier",
    ),
    Term(
        "expected-best",
        "Expected best",
        "The average best validation accuracy of n trials, had they come in another order.",
        r"expected best",
    ),
    Term(
        "pruned",
        "Pruned",
        "Stopped early, because it was behind the median of the trials of its own cell.",
        r"pruned",
    ),
    Term(
        "requeued",
        "Requeued",
        "Interrupted or lost with its process, and planned again; it is not counted as a result.",
        r"requeued",
    ),
    Term(
        "importance",
        "Importance",
        "How much one hyperparameter, looked at by itself, separates the best trials from all "
        "trials (PED-ANOVA).",
        r"[Ii]mportances?",
    ),
)
