"""Which kind of file system a path is on."""

from contextlib import suppress
from pathlib import Path

# Locks do not reach, or not reliably, from one machine to another on these.
_NETWORK = {
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "fuse.ceph",
    "fuse.gcsfuse",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
}


def network_file_system(path: Path, mounts: str | None = None) -> str | None:
    """The type of the network file system that holds a path; None where it is a local one.

    Args:
        mounts: The mounted file systems as Linux lists them; None reads its list. Elsewhere
            there is none, and every path counts as local.
    """
    if mounts is None:
        mounts = ""
        with suppress(OSError):
            mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    kinds: dict[Path, str] = {}
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        kinds[Path(_unescaped(point))] = kind  # the last one mounted at a point hides the others
    resolved = path.resolve()
    kind = next((kinds[at] for at in (resolved, *resolved.parents) if at in kinds), "")
    return kind if kind in _NETWORK else None


def _unescaped(point: str) -> str:
    r"""A mount point as it is: the list writes a space as \040."""
    for code in ("040", "011", "012", "134"):
        point = point.replace(f"\\{code}", chr(int(code, 8)))
    return point
