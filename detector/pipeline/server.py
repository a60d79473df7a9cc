"""The fork server, from which worker processes are forked with everything loaded."""

from __future__ import annotations

import multiprocessing
import signal
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
        # Imported here: POSIX alone has them.
        from multiprocessing import forkserver, resource_tracker  # noqa: PLC0415

        resource_tracker.ensure_running()  # by itself first, for it unblocks SIGINT when it starts
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def let_interrupts_in() -> None:
    """End, in the server, the blocking of SIGINT that it was started with; drop one that waits.

    While it imports, Ctrl-C would end it with a traceback; when it serves, it ignores Ctrl-C.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, before)
