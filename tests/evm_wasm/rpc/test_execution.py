"""The thread that runs what reads or changes the chain."""

from __future__ import annotations

import asyncio
import threading

import pytest
from node_process import PATIENCE

from evm_wasm.rpc.errors import RpcError
from evm_wasm.rpc.execution import ExecutionThread
from evm_wasm.vm.thread import run_deep

LONGEST_WAIT = 0.5
"""Seconds: the first job has to begin before, however busy the machine is."""


def run(coroutine_function):
    return asyncio.run(asyncio.wait_for(coroutine_function(), PATIENCE))


def test_jobs_run_in_order_on_one_thread():
    async def scenario():
        execution = ExecutionThread()
        seen = []
        jobs = [
            execution.run(lambda number=number: seen.append((number, threading.get_ident())))
            for number in range(200)
        ]
        await asyncio.gather(*jobs)
        await execution.close()
        assert [number for number, _ in seen] == list(range(200))
        assert threading.get_ident() not in {thread for _, thread in seen}
        assert len({thread for _, thread in seen}) == 1

    run(scenario)


def test_results_and_errors_come_back():
    async def scenario():
        execution = ExecutionThread()
        assert await execution.run(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await execution.run(lambda: 1 // 0)
        assert await execution.run(lambda: 8) == 8
        await execution.close()

    run(scenario)


def test_others_can_run_contracts_in_between():
    async def scenario():
        execution = ExecutionThread()
        for number in range(3):
            assert await execution.run(lambda: number) == number  # noqa: B023 - awaited at once
            assert await asyncio.to_thread(run_deep, lambda: "other") == "other"
        await execution.close()

    run(scenario)


def test_a_job_that_waited_too_long_does_not_begin():
    async def scenario():
        execution = ExecutionThread(longest_wait=LONGEST_WAIT)
        release = threading.Event()
        begun = []
        first = asyncio.create_task(execution.run(lambda: release.wait(PATIENCE)))
        await asyncio.sleep(0)
        second = asyncio.create_task(execution.run(lambda: begun.append("second")))
        await asyncio.sleep(2 * LONGEST_WAIT)
        release.set()
        with pytest.raises(RpcError) as refused:
            await second
        assert refused.value.code == -32005
        assert begun == []
        await first
        await execution.close()

    run(scenario)


def test_the_last_job_runs_behind_all_others_however_long_they_take():
    async def scenario():
        execution = ExecutionThread(longest_wait=LONGEST_WAIT)
        release = threading.Event()
        order = []
        first = asyncio.create_task(execution.run(lambda: release.wait(PATIENCE)))
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(execution.close(lambda: order.append("last")))
        await asyncio.sleep(2 * LONGEST_WAIT)
        with pytest.raises(RpcError, match="stopping"):
            await execution.run(lambda: order.append("late"))
        release.set()
        await first
        await closing
        assert order == ["last"]

    run(scenario)


def test_what_the_last_job_raises_is_raised():
    async def scenario():
        execution = ExecutionThread()
        with pytest.raises(ZeroDivisionError):
            await execution.close(lambda: 1 // 0)

    run(scenario)


def test_a_client_that_has_gone_harms_nobody():
    async def scenario():
        execution = ExecutionThread()
        release = threading.Event()
        waiting = asyncio.create_task(execution.run(lambda: release.wait(PATIENCE)))
        await asyncio.sleep(0.01)
        waiting.cancel()
        release.set()
        assert await execution.run(lambda: 1) == 1
        await execution.close()

    run(scenario)
