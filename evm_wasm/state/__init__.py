"""Accounts and storage: the committed world, and one view of it that can be undone."""
