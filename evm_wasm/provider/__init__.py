"""A chain inside of the process for web3.py: `Web3(EwasmProvider())`, without any server."""

from evm_wasm.provider.web3 import EwasmProvider

__all__ = ["EwasmProvider"]
