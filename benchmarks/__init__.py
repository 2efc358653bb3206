"""Measurements: `make bench` prints a table and writes `build/benchmarks.json`. Ratios within one run, not records."""
