"""`python -m evm_wasm` is the command `ewasm`."""

from __future__ import annotations

import sys

from evm_wasm.cli import main

if __name__ == "__main__":
    sys.exit(main())
