"""The transaction tests of ethereum/tests: which bytes are a transaction, whose, and at what price."""
