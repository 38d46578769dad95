"""What frames cost around the interface: messages, instances, compiled code, a first call."""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from benchmarks.eei_machine import CALLED, FORMS, Bench, least
from benchmarks.eei_methods import Case, calling, contract
from evm_wasm.abi.functions import encode_call, parse_signature
from evm_wasm.engine import CompiledModule, NativeCache
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address
from evm_wasm.project.deployer import with_arguments
from evm_wasm.vm.vm import Nest

CONTRACTS: Final = Path(__file__).resolve().parents[1] / "contracts"
TOKEN: Final = Address(b"\xc1" * 20)
READS: Final = 100_000
WRC20: Final = "a WRC20 transfer"
ERC20_LANGUAGES: Final = ("c", "zig", "rust", "assemblyscript")

_RECIPIENT: Final = "0x" + "11" * 20
_SUPPLY: Final = (10**27).to_bytes(32, "big")
_PAGES: Final = 512


def per_message(count: int, rounds: int) -> list[tuple[str, list[float]]]:
    """Microseconds for whole messages, warm, in both forms."""
    rows = [("an empty frame", _each_form(_empty, count, rounds))]
    rows.append((WRC20, _each_form(_wrc20, count, rounds)))
    rows += [
        (f"an ERC-20 transfer, {language}", _each_form(_erc20(language), count, rounds))
        for language in ERC20_LANGUAGES
    ]
    return rows


def context_reads(rounds: int) -> list[float]:
    """Milliseconds for a message that reads the caller 100,000 times, in both forms."""

    def installed(bench: Bench) -> tuple[Address, bytes]:
        bench.install(calling(Case("", "getCaller"), READS))
        return CALLED, b""

    return [each / 1_000 for each in _each_form(installed, 1, rounds)]


def _each_form(
    prepare: Callable[[Bench], tuple[Address, bytes]], count: int, rounds: int
) -> list[float]:
    """Microseconds for the message that `prepare` gives, once it has made its contract."""
    tasks = []
    for form in FORMS:
        bench = Bench(form)
        to, data = prepare(bench)
        bench.time(to, data, count=2)
        tasks.append(lambda b=bench, to=to, data=data: b.time(to, data, count=count))
    return [each / 1_000 for each in least(rounds, *tasks)]


def _empty(bench: Bench) -> tuple[Address, bytes]:
    bench.install(contract(""))
    return CALLED, b""


def _wrc20(bench: Bench) -> tuple[Address, bytes]:
    bench.create((CONTRACTS / "token" / "token_deploy.wasm").read_bytes(), TOKEN)
    return TOKEN, _transfer("transfer(address,uint64)")


def _erc20(language: str) -> Callable[[Bench], tuple[Address, bytes]]:
    def prepare(bench: Bench) -> tuple[Address, bytes]:
        init_code = (CONTRACTS / f"erc20_{language}" / "erc20_deploy.wasm").read_bytes()
        bench.create(with_arguments(init_code, _SUPPLY), TOKEN)
        return TOKEN, _transfer("transfer(address,uint256)")

    return prepare


def _transfer(signature: str) -> bytes:
    parsed = parse_signature(signature, what="transfer")
    return encode_call(parsed, [_RECIPIENT, "1"], what="transfer")


def instantiation(count: int, rounds: int) -> list[tuple[str, list[float]]]:
    """Microseconds until an instance of the WRC20 token is there, without running it."""
    ways = {
        "in a new store": _in_new_store,
        "in a store that is there": _in_store,
        "after a frame of the same contract": _after_another,
    }
    rows = []
    for name, way in ways.items():
        tasks = []
        for form in FORMS:
            bench = Bench(form)
            tasks.append(lambda b=bench, way=way: way(b, _token(b), count) / 1_000)
        rows.append((name, least(rounds, *tasks)))
    return rows


def _token(bench: Bench) -> CompiledModule:
    code = (CONTRACTS / "token" / "token.wasm").read_bytes()
    loaded = bench.vm.contracts.load(code, keccak256(code))
    if not isinstance(loaded, CompiledModule):
        raise TypeError("the token is refused")
    return loaded


def _in_new_store(bench: Bench, token: CompiledModule, count: int) -> float:
    before = time.process_time_ns()
    for _ in range(count):
        Nest(0, bench.vm).level.instantiate(token, _PAGES)
    return (time.process_time_ns() - before) / count


def _in_store(bench: Bench, token: CompiledModule, count: int) -> float:
    """New stores in between, as frames need them."""
    level = Nest(0, bench.vm).level
    level.instantiate(token, _PAGES)
    before = time.process_time_ns()
    for _ in range(count):
        level.instantiate(token, _PAGES)
    return (time.process_time_ns() - before) / count


def _after_another(bench: Bench, token: CompiledModule, count: int) -> float:
    level = Nest(0, bench.vm).level
    level.release(level.instantiate(token, _PAGES))
    before = time.process_time_ns()
    for _ in range(count):
        level.release(level.instantiate(token, _PAGES))
    return (time.process_time_ns() - before) / count


def idle_memory(count: int) -> list[tuple[str, list[float]]]:
    """Kilobytes of memory that a compiled contract takes which nobody calls, in both forms."""
    rows = []
    context = multiprocessing.get_context("spawn")
    for name in ("token/token.wasm", "erc20_c/erc20.wasm"):
        kilobytes = []
        for form in FORMS:
            with ProcessPoolExecutor(1, mp_context=context) as pool:  # a fresh process for each
                kilobytes.append(pool.submit(_idle_kilobytes, form, name, count).result())
        size = (CONTRACTS / name).stat().st_size
        rows.append((f"`{name}`, {size:,} bytes", kilobytes))
    return rows


def _idle_kilobytes(form: str, name: str, count: int) -> float:
    code = (CONTRACTS / name).read_bytes()
    bench = Bench(form)

    def compile_copies(numbers: range) -> int:
        for number in numbers:
            content = b"\4copy" + number.to_bytes(4, "little")
            copy = code + bytes([0, len(content)]) + content
            bench.vm.contracts.load(copy, keccak256(copy))
        gc.collect()
        return _resident_kilobytes()

    before = compile_copies(range(20))
    return (compile_copies(range(20, 20 + count)) - before) / count


def _resident_kilobytes() -> int:
    """Of this process; not a number of any use where there is no /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_024


def first_call(rounds: int) -> list[tuple[str, list[float]]]:
    """Milliseconds for a first call: without a disk cache, with a cold one, with a warm one."""
    rows = [
        (f"`{name}`, {form}", _first_of(name, form, rounds))
        for name in ("token/token.wasm", "erc20_c/erc20.wasm", "multisig/multisig.wasm")
        for form in FORMS
    ]
    rows.append(("`ewasm exec erc20_c/erc20.wasm`, a process", _processes(rounds)))
    return rows


def _first_of(name: str, form: str, rounds: int) -> list[float]:
    code = (CONTRACTS / name).read_bytes()

    def milliseconds(native: NativeCache | None) -> float:
        bench = Bench(form, native)
        bench.install(code)
        before = time.perf_counter()
        bench.time()
        return (time.perf_counter() - before) * 1e3

    def with_cache() -> tuple[float, float]:
        with tempfile.TemporaryDirectory() as folder:
            cold, warm = (milliseconds(NativeCache(Path(folder))) for _ in range(2))
            return cold, warm

    without = min(milliseconds(None) for _ in range(rounds))
    pairs = [with_cache() for _ in range(rounds)]
    return [without, *(min(times) for times in zip(*pairs, strict=True))]


def _processes(rounds: int) -> list[float]:
    path = str(CONTRACTS / "erc20_c" / "erc20.wasm")
    words = [sys.executable, "-m", "evm_wasm", "exec", path, "--call", "totalSupply()(uint256)"]

    def milliseconds(cache: str) -> float:
        before = time.perf_counter()
        subprocess.run(  # noqa: S603 - our own program
            words, env={**os.environ, "EWASM_CACHE": cache}, check=True, capture_output=True
        )
        return (time.perf_counter() - before) * 1e3

    times = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            times.append([milliseconds(cache) for cache in ("off", folder, folder)])
    return [min(column) for column in zip(*times, strict=True)]
