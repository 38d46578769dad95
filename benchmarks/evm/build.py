# ruff: noqa: INP001 - a program, not a package
"""Builds the EVM code from its Yul sources: needs npm, which fetches the compiler.

    python benchmarks/evm/build.py                # all of them
    python benchmarks/evm/build.py sha256 modexp  # only these

`NAME.yul` becomes `NAME.hex`; the output depends on the source and the compiler's version alone.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

COMPILER = "solc@0.8.30"
SETTINGS = {
    "evmVersion": "london",
    "optimizer": {"enabled": True, "details": {"yul": True}},
    "outputSelection": {"*": {"*": ["evm.bytecode.object"]}},
}


def install(folder: Path) -> Path:
    """Have npm put the compiler into a folder.

    Raises:
        SystemExit: There is no npm.
        subprocess.CalledProcessError: npm failed.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed, so solc cannot be had")
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--silent"]
    subprocess.run([npm, "install", *options, "--prefix", str(folder), COMPILER], check=True)  # noqa: S603
    return folder / "node_modules" / ".bin" / "solcjs"


def compiled(program: Path, source: Path) -> str:
    """The code of a source, in hexadecimal.

    Raises:
        SystemExit: The source is wrong.
        subprocess.CalledProcessError: The compiler failed.
    """
    text = {source.name: {"content": source.read_text(encoding="ascii")}}
    question = json.dumps({"language": "Yul", "sources": text, "settings": SETTINGS})
    command = [str(program), "--standard-json"]
    done = subprocess.run(command, input=question, check=True, capture_output=True, text=True)  # noqa: S603
    # Before the answer it says where it looks for files.
    answer = json.loads(done.stdout[done.stdout.index("{") :])
    errors = [error["formattedMessage"] for error in answer.get("errors", ())]
    if errors:
        raise SystemExit("\n".join(errors))
    (contract,) = answer["contracts"][source.name].values()
    return str(contract["evm"]["bytecode"]["object"])


def main(names: list[str]) -> None:
    """Build the code of these names, or all."""
    sources = [FOLDER / f"{name}.yul" for name in names] or sorted(FOLDER.glob("*.yul"))
    with tempfile.TemporaryDirectory(prefix="solc-") as folder:
        program = install(Path(folder))
        for source in sources:
            code = compiled(program, source)
            source.with_suffix(".hex").write_text(code + "\n", encoding="ascii")
            sys.stdout.write(f"{source.stem}: {len(code) // 2:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
