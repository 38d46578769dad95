"""From deployed code to something that runs: checked, metered, compiled, cached."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import astuple, dataclass, replace
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import injector
from evm_wasm.engine import CompiledModule, NativeCache, compile_module
from evm_wasm.primitives.types import Hash32
from evm_wasm.rules.limits import ProtocolLimits
from injector import InjectorError, Runtime, Schedule

WASM_MAGIC: Final = b"\0asm"
WASM_HEADER_LENGTH: Final = 8

CACHE_BYTES: Final = 64 << 20
"""Metered wasm kept compiled; native code takes about four times as much."""

MOST_CONTRACTS: Final = 4_096
"""However small, each takes 50 KB and two of the 65,530 mappings that Linux allows a process."""


def looks_like_wasm(code: bytes) -> bool:
    """Whether a creation has to validate this code (EEI revision 4, `create`)."""
    return len(code) >= WASM_HEADER_LENGTH and code.startswith(WASM_MAGIC)


@dataclass(frozen=True, slots=True)
class InvalidContract:
    """Code that breaks the contract interface: running it fails.

    Attributes:
        reason: The first finding of the injector, one line.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class CodeKey:
    """What a compiled contract depends on."""

    code_hash: Hash32
    schedule: str
    injector_version: str
    runtime: str


class ContractCache:
    """Compiled contracts by code hash, the least recently used dropped first.

    Verdicts about invalid code are kept as well, so that a hostile contract is not decoded again
    at each call.
    """

    def __init__(
        self,
        schedule: Schedule,
        limits: ProtocolLimits,
        capacity: int = CACHE_BYTES,
        *,
        is_profiling: bool = False,
        runtime: Runtime | None = None,
        native: NativeCache | None = None,
    ) -> None:
        """Makes an empty cache.

        Args:
            schedule: Prices of instructions.
            limits: Of one frame.
            capacity: Bytes of wasm to keep.
            is_profiling: Whether the contracts count gas by function.
            runtime: What to link into each contract; not together with profiling.
            native: Where native code outlives the process; profiled contracts are left out.
        """
        self._is_profiling = is_profiling
        self._schedule = schedule
        self._runtime = runtime
        self._runtime_version = "" if runtime is None else runtime.version
        # Now, and not at the first contract: the sources may change while the process runs.
        self._sources = _sources_hash() if native is not None else None
        self._native = None if is_profiling or self._sources is None else native
        self._shapes = replace(injector.DEFAULT_LIMITS, memory_pages=limits.frame_pages)
        self._capacity = capacity
        self._size = 0
        # All else that a contract depends on is the same for all that are here.
        self._entries: OrderedDict[Hash32, tuple[CompiledModule | InvalidContract, int]] = (
            OrderedDict()
        )

    def load(self, code: bytes, code_hash: Hash32) -> CompiledModule | InvalidContract:
        """The contract of a code, compiled at the first use.

        Args:
            code: The original bytes.
            code_hash: Their keccak256.
        """
        entry = self._entries.get(code_hash)
        if entry is not None:
            self._entries.move_to_end(code_hash)
            return entry[0]
        native = self._native
        contract = self._prepare(code) if native is None else self._on_disk(native, code, code_hash)
        self._keep(code_hash, contract, len(code))
        return contract

    def _on_disk(
        self, native: NativeCache, code: bytes, code_hash: Hash32
    ) -> CompiledModule | InvalidContract:
        """As `_prepare`, but what was compiled once, by this process or another, is loaded."""
        key = CodeKey(code_hash, self._schedule.hash, injector.VERSION, self._runtime_version)
        identity = repr((astuple(key), astuple(self._shapes), self._sources)).encode()
        has_runtime = self._runtime is not None
        found = native.load(identity, has_runtime=has_runtime)
        if found is not None:
            return found
        contract = self._prepare(code)
        if isinstance(contract, CompiledModule):
            native.save(identity, contract)
        return contract

    def _prepare(self, code: bytes) -> CompiledModule | InvalidContract:
        if not looks_like_wasm(code):
            return InvalidContract("the code is not wasm: it does not start with 00 61 73 6d")
        try:
            return self._compile(code)
        except InjectorError as error:
            return InvalidContract(str(error))

    def _compile(self, code: bytes) -> CompiledModule:
        schedule, shapes = self._schedule, self._shapes
        if self._is_profiling:
            profiled = injector.profile(code, policy="ewasm", schedule=schedule, limits=shapes)
            return compile_module(profiled.wasm, profiled.functions)
        metered = injector.instrument(
            code,
            policy="ewasm",
            schedule=schedule,
            limits=shapes,
            runtime=self._runtime,
            restart=True,
        )
        return compile_module(metered, has_runtime=self._runtime is not None)

    def _keep(
        self, code_hash: Hash32, contract: CompiledModule | InvalidContract, code_size: int
    ) -> None:
        size = code_size + (contract.size if isinstance(contract, CompiledModule) else 0)
        self._entries[code_hash] = (contract, size)
        self._size += size
        while self._is_full() and len(self._entries) > 1:
            _, (_, dropped) = self._entries.popitem(last=False)
            self._size -= dropped

    def _is_full(self) -> bool:
        return self._size > self._capacity or len(self._entries) > MOST_CONTRACTS


@cache
def _sources_hash() -> str | None:
    """Of the injector's sources and of this module, which says how it is asked.

    While somebody works on them their version stays the same. Where the injector is compiled, the
    names of its files differ. None where they cannot be read.
    """
    digest = blake2b(digest_size=32)
    try:
        for each in sorted(files(injector).iterdir(), key=lambda each: each.name):
            if each.name.endswith(".py"):
                _add(digest, each)
            elif each.name != "__pycache__":
                digest.update(f"{each.name} ".encode())
        _add(digest, files(__package__) / "contract.py")
    except OSError:
        return None
    return digest.hexdigest()


def _add(digest: blake2b, source: Traversable) -> None:
    content = source.read_bytes()
    digest.update(f"{source.name} {len(content)} ".encode() + content)
