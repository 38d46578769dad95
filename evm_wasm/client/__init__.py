"""Talking to a node over JSON-RPC, as a user does: questions, signed transactions, receipts.

It knows any node that speaks the `eth_` methods, not only ours. What a node answers is foreign
input; whatever is wrong with it is a `NodeError`, never a traceback.
"""
