"""Python's garbage collection, as it suits a process that has imported the product and now works."""

import gc


def settle() -> None:
    """What exists now stays until the end, so collections need not look at it; what comes is short-lived."""
    gc.freeze()
    gc.set_threshold(10_000, 50, 50)
