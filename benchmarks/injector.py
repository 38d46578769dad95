"""Compare the injector with the engine's fuel and with npm `wasm-metering`.

    python benchmarks/injector.py            # everything: about ten minutes on a quiet machine
    python benchmarks/injector.py --quick    # seconds, to see that it works
    python benchmarks/injector.py --help

Only ratios of one run mean something; a loaded machine makes even those uncertain.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    # This file's folder would put it in the place of the package `injector`. What is installed is
    # measured, compiled or not; so the checkout comes last.
    folder = Path(__file__).resolve().parent
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != folder]
    sys.path.append(str(folder.parent))
    from benchmarks.command import main

    main()
