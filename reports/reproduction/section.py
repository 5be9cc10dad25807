"""What a reproduction adds to its study's report: where the notebook's difference came from."""

from typing import Any

from reports.findings.answer import Answer
from reports.page.supplement import Supplement
from reports.reproduction.charts import epochs, results
from reports.reproduction.findings import GATES, Findings, gate_of
from reports.reproduction.tables import (
    bias_table,
    failed_table,
    reset_before,
    size_table,
    step_table,
)
from search_spaces.cells import Cell
from study.reproduction.notebook import MODELS, NotebookModel, notebook_runs
from study.runs.archive import Archive
from study.trials.record import StudyRecord


def notebook_section(archive: Archive, record: StudyRecord, answer: Answer) -> Supplement:
    """The section of a reproduction, whose notebook's runs lie beside those of the study."""
    return section_of(Findings(record, answer, notebook_runs(archive.store, archive.plan)))


def section_of(findings: Findings) -> Supplement:
    """The steps from the notebook's difference to the fair one, its runs, and its sizes."""
    return Supplement(
        template="reproduction/section.html",
        figures={
            "notebook_results": results(findings),
            "notebook_epochs": epochs(findings),
        },
        tables={
            "steps": step_table(findings),
            "failed": failed_table(findings),
            "sizes": size_table(findings),
            "biases": bias_table(findings),
        },
        summary={"notebook": _summary(findings)},
    )


def _summary(findings: Findings) -> dict[str, Any]:
    """The findings for programs; accuracies are fractions, intervals 95 %."""
    return {
        "steps": [step._asdict() for step in findings.steps],
        "luck_of_seeds": findings.luck,
        "validation_minus_test": findings.optimism,
        "models": [_model_summary(findings, model) for model in MODELS],
    }


def _model_summary(findings: Findings, model: NotebookModel) -> dict[str, Any]:
    task, mean = findings.record.task, findings.fair_mean(model)
    return {
        "name": model.name,
        "cell_params": model.candidate.cell_parameters,
        "model_params": model.candidate.model_parameters(task),
        "embedding_params": task.vocabulary * model.candidate.embedding,
        "output_params": (model.units + 1) * task.outputs,
        "gates": GATES[model.cell],
        "gate_params": gate_of(model)._asdict(),
        "cell_params_reset_before": reset_before(model) if model.cell is Cell.GRU else None,
        "notebook_epochs": model.epochs,
        "notebook_accuracy": findings.reported(model),
        "test_accuracy_by_epoch": findings.by_its_protocol(model),
        "fair": {"mean": mean.value, "interval": mean.interval()} if mean else None,
    }
