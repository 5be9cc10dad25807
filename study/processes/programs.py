"""Compiled programs on disk: what one training process has compiled, others only load.

Compiling takes seconds, as long as several small trainings, and every process of every study
of a data set would do it again.
"""

import hashlib
import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from study.datasets.cache import cache_folder

_MOST = 100  # files of about 2 MiB each
_MARK = "xla_compile_cache"  # in the name of each of TensorFlow's files


def keep_programs(threads: int) -> None:
    """Let TensorFlow, which is not yet imported, keep and find what it compiles.

    Without a folder for it, it compiles as ever.

    Args:
        threads: Of this process; programs may depend on them.
    """
    with suppress(OSError):
        folder = cache_folder() / "programs" / _kind(threads)
        folder.mkdir(parents=True, exist_ok=True)
        files = sorted(folder.glob(f"{_MARK}*"), key=lambda path: path.stat().st_mtime)
        for path in files[: max(0, len(files) - _MOST)]:
            path.unlink(missing_ok=True)
        flags = os.environ.get("TF_XLA_FLAGS", "")
        os.environ["TF_XLA_FLAGS"] = (
            f"{flags} --tf_xla_persistent_cache_directory={folder} "
            "--tf_xla_persistent_cache_read_only=false"
        )


def forget_programs() -> None:
    """Delete all that is kept, of every kind."""
    with suppress(OSError):
        for path in (cache_folder() / "programs").glob(f"*/{_MARK}*"):
            path.unlink(missing_ok=True)


def cannot_be_kept(error: Exception) -> bool:
    """Whether TensorFlow failed to write a program, on a full disk for example."""
    return _MARK in str(error)


def _kind(threads: int) -> str:
    """Of programs that this process can load.

    Machine code of another processor may crash here, and a folder may be shared by several.
    """
    try:
        tensorflow = version("tensorflow")
    except PackageNotFoundError:
        tensorflow = "none"
    facts = (tensorflow, platform.machine(), _features(), str(threads))
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _features() -> str:
    """What the processor can do, as Linux tells it; its name elsewhere."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("flags", "Features")):
                return line
    return platform.processor()
