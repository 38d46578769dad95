"""The command line `ewasm`: parse arguments, make one call, print. The only place that prints.

Exit codes of every command: 0 success, 1 a contract failed or was refused, 2 bad usage or input,
3 the machine cannot go on.
"""

from evm_wasm.cli.entry import main

__all__ = ["main"]
