"""Prices, limits and forks: data only. A fork is a value, never a branch in the code."""
