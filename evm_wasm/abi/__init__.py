"""The Solidity ABI between people and contracts: signatures, words, results, events, reverts.

The encoding itself is `eth_abi`'s; here text is read by its types and checked, so that an error
names the argument, and values become JSON. `eth_abi` takes longer to load than most programs run:
import these modules where they are needed.
"""
