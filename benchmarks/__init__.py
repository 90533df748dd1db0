"""Measurements behind the decisions in docs/decisions/. `python -m benchmarks` lists them."""
