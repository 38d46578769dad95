"""Proofs by test that the injector is right, each a differential test on generated cases.

Every proof is a function of one number, the seed of its case: it compares two independent answers
and returns how often it compared what, or raises `Disagreement`. The same functions run in the
test suite on a few seeds and in `python -m fuzz` on many.
"""
