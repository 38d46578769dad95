"""The threads that run contracts."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from evm_wasm.vm.thread import LEVELS_PER_THREAD, run_at_depth, run_deep


def test_results_and_errors_come_back() -> None:
    assert run_deep(lambda a, b: a + b, 1, b=2) == 3
    error = KeyError("mine")

    def fail() -> None:
        raise error

    with pytest.raises(KeyError) as caught:
        run_deep(fail)
    assert caught.value is error


def test_levels_share_a_thread_in_ranges() -> None:
    def name(depth: int) -> int:
        return run_at_depth(depth, threading.get_ident)

    assert name(0) == name(LEVELS_PER_THREAD - 1) == run_deep(threading.get_ident)
    assert name(0) != name(LEVELS_PER_THREAD)
    assert name(0) == run_deep(name, 0)


def test_the_recursion_limit_is_raised_only_while_a_function_runs() -> None:
    found = sys.getrecursionlimit()
    before = 1_000  # Python's own; libraries that other tests import raise it for the whole process
    sys.setrecursionlimit(before)
    try:
        assert run_deep(sys.getrecursionlimit) > before
        assert sys.getrecursionlimit() == before
    finally:
        sys.setrecursionlimit(found)


def test_a_machine_without_room_is_told_what_to_change() -> None:
    code = (
        "import resource\n"
        "from evm_wasm.errors import MachineError\n"
        "from evm_wasm.vm.thread import run_deep\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (200 << 20),) * 2)\n"
        "try:\n"
        "    run_deep(print, 'ran')\n"
        "except MachineError as error:\n"
        "    print(error)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "ulimit -v" in result.stdout
    assert "ran" not in result.stdout
