"""Merkle-Patricia trie over bytes; knows neither accounts nor stores."""
