"""A notebook's kernel, and cells that are run in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.support.commands import ROOT


@contextmanager
def kernel(folder: Path) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """A kernel at work in a folder, and who talks to it."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env={**os.environ, "PYTHONPATH": str(ROOT)})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def outputs(client: BlockingKernelClient, cell: str) -> Iterator[str]:
    """Run a cell; what it prints and shows, as it comes.

    Raises:
        AssertionError: The cell failed.
    """
    running = client.execute(cell)
    while True:
        message = client.get_iopub_msg(timeout=240)
        if message["parent_header"].get("msg_id") != running:
            continue
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                yield content["text"]
            case "display_data" | "update_display_data" | "execute_result":
                yield content["data"]["text/plain"]
            case "error":
                raise AssertionError("\n".join(content["traceback"]))
            case "status" if content["execution_state"] == "idle":
                return
