"""Runnable comparisons: each program in this folder prints ratios and writes a results file."""
