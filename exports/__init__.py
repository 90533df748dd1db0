"""Documents and mail: what leaves the system. Drawn from frozen snapshots, never from a live session."""
