"""The fork server, from which worker processes are forked with everything loaded."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext

PRELOADED = "detector.pipeline.preload"


def process_context() -> BaseContext:
    """Fork from a server that has imported everything once where there is one, else spawn."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([PRELOADED])
        return context
    return multiprocessing.get_context("spawn")


def start_server() -> None:
    """Have the fork server load the models while the caller goes on loading what it needs.

    Without effect when it runs already, or where there is none.
    """
    if process_context().get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running  # noqa: PLC0415 - POSIX alone has it

        ensure_running()
