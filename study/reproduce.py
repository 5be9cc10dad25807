"""The notebook's three models again, by its protocol and by a fair one."""

from study.reproduction.settings import ReproductionSettings
from study.terminal.command import command, run

app = command(
    "reproduce",
    "Train the three models of the notebook that this project grew out of, by its own protocol "
    "and by a fair one, and compare.",
)


@app.default
def reproduce(*, settings: ReproductionSettings | None = None) -> int:
    """Reproduce the notebook: LSTM(128), GRU(128) and GRU(154).

    The same command goes on where it stopped: finished runs are kept in the output folder.
    """
    from reports.publish import Reporter
    from reports.reproduction.section import notebook_section
    from study.reproduction.run import run_reproduction

    return run_reproduction(settings or ReproductionSettings(), Reporter(notebook_section))


if __name__ == "__main__":
    run(app)
