"""Documents and mail: what leaves the house. Drawn from frozen snapshots, never from a live session."""
