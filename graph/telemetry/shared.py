"""The folder in which several workers keep the figures of /metrics together."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def shared_folder() -> Iterator[None]:
    """prometheus_client reads the variable when it is imported, so this comes first."""
    with tempfile.TemporaryDirectory(prefix="orders-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[SHARED_FOLDER] = folder
        yield
