"""Transactions: what they cost before anything runs, and how they change the state."""
