"""The machine and the versions that a result was measured with."""

import os
import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from study.machine.program import version

_PACKAGES = ("keras", "tensorflow", "jax", "optuna", "numpy", "scipy", "scikit-learn")


def environment() -> dict[str, str]:
    """Versions, processor, cores and backend, by name; no package is imported for it."""
    facts = {
        "isoparam": version(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(cores()),
        "backend": os.environ.get("KERAS_BACKEND", "tensorflow"),
    }
    for package in _PACKAGES:
        try:
            facts[package] = installed(package)
        except PackageNotFoundError:
            continue
    return facts


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")
