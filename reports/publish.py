"""What the commands hand to a study, which knows no reports: it shows what was found."""

from collections.abc import Callable
from dataclasses import dataclass

from reports.charts.trial import learning_curve
from reports.comparison.declaration import declaration
from reports.exports.dashboard import publish, upload_files
from reports.findings.answer import Answer, answer
from reports.page.supplement import Supplement
from reports.write import write
from study.runs.archive import Archive
from study.runs.reporter import Published
from study.trials.record import StudyRecord


@dataclass(frozen=True)
class Reporter:
    """Writes a study's report, and what optuna-dashboard shows of it.

    Attributes:
        supplement: Makes what the command adds to the report.
    """

    supplement: Callable[[Archive, StudyRecord, Answer], Supplement] | None = None

    draw_curve = staticmethod(learning_curve)
    declaration = staticmethod(declaration)

    def publish(self, archive: Archive) -> Published:
        """Write the report of what is known so far, and bring the dashboard up to date.

        Raises:
            UserError: The folder cannot be written.
        """
        search, confirmation = archive.search(), archive.confirmation()
        record = archive.record_of(search, confirmation)
        found = answer(record)
        supplement = self.supplement(archive, record, found) if self.supplement else None
        report = write(record, found, archive.folder.path, supplement)
        publish(search, confirmation, record, found)
        if confirmation is not None:
            models = sorted(archive.folder.models.glob("[!.]*"))
            upload_files(confirmation, models, archive.folder.artifacts)
        return Published(report, found.sentence, found.decided, record)
