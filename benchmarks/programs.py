"""The programs that are run, each with the result that it must have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

FOLDER: Final = Path(__file__).resolve().parent / "programs"


@dataclass(frozen=True, slots=True)
class Program:
    """A contract in C, `programs/NAME.c`, built to `programs/NAME.wasm`.

    Attributes:
        name: Name of its files.
        result: What it hands to `finish`, in hexadecimal.
        kind: `loops` or, if nearly all it does is calling functions, `calls`.
    """

    name: str
    result: str
    kind: Literal["loops", "calls"] = "loops"

    def wasm(self) -> bytes:
        """The committed module."""
        return (FOLDER / f"{self.name}.wasm").read_bytes()


PROGRAMS: Final = {
    program.name: program
    for program in (
        Program("sha256", "0273767e963973a8c1a171cf1896bfa2587b822a387104e60e2bd678dba4c635"),
        Program("keccak256", "9f4d23bb38d13abe3b988ea3fa24e89ed3691dedcbde120e88e78d26e8cec1fe"),
        Program("blake2b", "b7f44387ad823abe489fc53fedaa9cd4876d77b2ab1ddf2519a6b016c4ceee16"),
        Program("x25519", "5ce7e781910891bc409c80d13b98716bcbaa272ed07e93c438bbf6f2a1ed305f"),
        Program("mul256", "8f4f406aa40d37cc19634e8f3dcfe40095618277770f0b9f743bd4ae0d5cfd92"),
        Program("bn254", "bc72f9a851167ffb46c9864de2025c851fba9364bb5a60d37376f85418344b2d"),
        Program("quicksort", "a2fcb8b14858f967"),
        Program("matrix", "c9299eb2991a5222"),
        Program("queens", "7837000000000000"),
        Program("lz", "a469ef149787254c"),
        Program("sieve", "3af8534621000000"),
        Program("interpreter", "e747030000000000"),
        Program("token", "1e1f4f0468f25561"),
        Program("fib", "28b20c0000000000", "calls"),
    )
}
"""By name, in the order of the tables. The tests compute the results a second time in Python."""

LARGE: Final = ("bundle", "keccak256_unrolled")
"""Modules above 50 KB, made of the same sources: many functions, and one very long one."""
