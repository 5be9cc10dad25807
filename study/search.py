"""The whole job: search, confirm, report. `python -m study.search`."""

from study.question.settings import Settings
from study.terminal.command import command, run, with_config

app = command(
    "search",
    "At an equal parameter budget, which recurrent cell is more accurate, and how sure are we?",
)
with_config(app)


@app.default
def search(*, settings: Settings | None = None) -> int:
    """Search hyperparameters for two recurrent cells within one parameter budget.

    Afterwards the best of each are trained again on fresh seeds at matched sizes, scored on the
    test split, and compared in a report. The same command goes on where it stopped.
    """
    from reports.publish import Reporter
    from study.pipeline import run_study

    return run_study(settings or Settings(), Reporter())


if __name__ == "__main__":
    run(app)
