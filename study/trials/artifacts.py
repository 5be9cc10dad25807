"""Files that optuna-dashboard shows beside a trial or a study."""

from pathlib import Path

import optuna
from optuna.artifacts import FileSystemArtifactStore, upload_artifact


def upload(path: Path, holder: optuna.Trial | optuna.Study, artifacts: Path) -> None:
    """Copy a file to the artifacts of a study, or of a trial at work; a finished one takes none.

    Args:
        artifacts: The folder of all artifacts, made where it is missing.
    """
    artifacts.mkdir(parents=True, exist_ok=True)
    store = FileSystemArtifactStore(str(artifacts))
    upload_artifact(artifact_store=store, file_path=str(path), study_or_trial=holder)
