"""A detector in a Python file: `./my_detector.py:MyDetector`."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from detector.errors import UsageError


def load(path: Path, name: str) -> tuple[Any, str]:
    """Make the object that a callable of a file gives, and say which bytes the file had.

    The file's folder can be imported from while it loads. UsageError when the file is not there,
    does not run, or has no such callable.
    """
    where = f"{path}:{name}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{where}: cannot be read: {error.strerror or error}") from error
    module_name = f"_bench_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{where}: is no Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
        made = getattr(module, name)()
    except AttributeError as error:
        raise UsageError(f"{where}: {str(error)[:200]}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the file does, ending the program included
        raise UsageError(f"{where}: raised {type(error).__name__}: {str(error)[:200]}") from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    return made, f"sha256:{hashlib.sha256(data).hexdigest()[:16]}"
