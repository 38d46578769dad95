"""The largest shapes of a module that the injector works on, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one module; raise them for modules that no chain will see.

    They keep the work of the injector and of the compiler behind it in proportion to the bytes
    paid for. Beside each stands the largest peer or sample that it was chosen from.

    All of them are about the module as it was written. There is none on the size of the output:
    what is accepted must not depend on how charges are spelled. The charge points, counted before
    charges are moved or merged, bound the output too.

    Two are about the engine. It carries every local through every loop of a function, for about a
    microsecond each (`loop_locals`), and its time grows with the square of the loops in one function
    (`loops_per_function`): 390 KB of wasm could keep it busy for half a minute.
    """

    module_bytes: int = 1 << 20  # NEAR 4 MiB; the largest real contract seen has 0.8 MB
    functions: int = 10_000  # NEAR 10,000; Stylus 4,096; CosmWasm 20,000
    body_bytes: int = 512 << 10  # a real keccak256 contract has one body of 273 KB
    locals_per_function: int = 1_024  # Concordium 1,024 (params included)
    locals_total: int = 100_000  # NEAR 1,000,000
    params: int = 64  # NEAR 64; CosmWasm 100
    results: int = 8  # more than compilers use; thousands slow the engine down
    types: int = 1_024  # NEAR 1,024
    imports: int = 64  # CosmWasm 100; the EEI has 33 methods
    exports: int = 1_024  # Stylus 1,024; a contract has exactly two anyway
    globals: int = 256  # pallet-contracts and Casper 256
    tables: int = 100  # the engine's limit; a contract has at most one
    table_entries: int = 4_096  # pallet-contracts, Casper and Stylus 4,096
    element_segments: int = 1_024  # Stylus 128
    element_entries: int = 4_096  # Stylus 4,096
    data_segments: int = 1_024  # AssemblyScript writes one for each static string
    br_table_entries: int = 4_096  # 256-way dispatch needs 257; each entry is priced
    nesting: int = 1_024  # sqlite has 282, resvg 180
    charge_points_per_function: int = 65_536  # the largest sane sample has 12,700
    charge_points: int = 262_144
    loops_per_function: int = 1_024  # an unrolled bundle of hashes has 124
    loop_locals: int = 262_144  # locals times loops, summed over functions; sqlite has 37,649
    memory_pages: int = 512  # 32 MiB a frame; CosmWasm 512


DEFAULT_LIMITS: Final = Limits()

LARGE_LIMITS: Final = Limits(
    module_bytes=1 << 30,
    functions=1_000_000,
    body_bytes=7_654_321,  # the engine's own limit
    locals_per_function=50_000,
    locals_total=1 << 30,
    params=1_000,
    results=1_000,
    types=1_000_000,
    imports=100_000,
    exports=100_000,
    globals=1_000_000,
    tables=100,
    table_entries=10_000_000,
    element_segments=100_000,
    element_entries=10_000_000,
    data_segments=100_000,
    br_table_entries=1_000_000,
    nesting=100_000,
    charge_points_per_function=1 << 30,
    charge_points=1 << 30,
    loops_per_function=1 << 30,
    loop_locals=1 << 30,
    memory_pages=65_536,
)
"""Limits for modules of tests and benchmarks: what the engine itself allows."""
