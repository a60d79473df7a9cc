"""The `detector` command and how its failures end."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from detector.cli.audit import audit
from detector.cli.bench import bench
from detector.cli.calibrate import calibrate
from detector.cli.cluster import cluster
from detector.cli.detectors import detectors
from detector.cli.doctor import doctor
from detector.cli.explain import explain
from detector.cli.export import export
from detector.cli.fdr import fdr
from detector.cli.filter import filter_command
from detector.cli.fit import fit
from detector.cli.fit_deep import fit_deep
from detector.cli.index import index
from detector.cli.marks import marks
from detector.cli.prevalence import prevalence
from detector.cli.report import report
from detector.cli.scan import scan
from detector.cli.serve import serve
from detector.cli.show import show
from detector.errors import EXIT_INTERRUPTED, DetectorError

EPILOG = """\b
Exit codes: 0 done; 1 a bug of ours; 2 a mistake in the call; 3 some inputs failed, the rest is
done; 4 the output could not be written; 5 a model, policy or index file is missing, damaged or
does not fit; 6 the books do not balance; 130 interrupted (run the same command again to go on)."""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="contamination-detector", prog_name="detector")
def cli() -> None:
    """Label likely AI-generated text in web crawls (WARC, ARC, WET), with nothing lost.

    Every record ends as a label, a skip or a fault. A label is a statement about a text at a
    stated false-positive rate; none of them says "human", and none is a verdict about a person.
    """


cli.add_command(scan)
cli.add_command(show)
cli.add_command(explain)
cli.add_command(fdr)
cli.add_command(prevalence)
cli.add_command(audit)
cli.add_command(calibrate)
cli.add_command(cluster)
cli.add_command(export)
cli.add_command(index)
cli.add_command(filter_command)
cli.add_command(bench)
cli.add_command(detectors)
cli.add_command(report)
cli.add_command(serve)
cli.add_command(marks)
cli.add_command(doctor)
cli.add_command(fit)
cli.add_command(fit_deep)


def main() -> NoReturn:
    """Run the command line and exit with a documented code, one clear message on stderr."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted: what was committed is kept; run the same command again", err=True)
        # An interrupt that leaves a run of source text (as making a dataclass is, while libraries
        # load) is remembered, and under `python -m` ends the process by SIGINT though it was
        # handled: CPython's run_eval_code_obj. The next run forgets it.
        exec("")  # noqa: S102
        sys.exit(EXIT_INTERRUPTED)
    except DetectorError as error:
        from detector.report.terminal import harmless

        click.echo(f"detector: {harmless(str(error), lines=True)}", err=True)
        sys.exit(error.exit_code)
    sys.exit(0)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
