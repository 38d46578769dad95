"""The implementations: plain functions on a frame and Python values, no offsets, no wasm."""
