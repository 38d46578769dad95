"""A node from start to stop on one event loop."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from evm_wasm.devnet.devnet import Devnet
from evm_wasm.errors import InputError
from evm_wasm.rpc.access import Access
from evm_wasm.rpc.collecting import kept_objects_spared
from evm_wasm.rpc.dispatch import Dispatcher
from evm_wasm.rpc.errors import RpcError
from evm_wasm.rpc.execution import ExecutionThread
from evm_wasm.rpc.jsonrpc import Message
from evm_wasm.rpc.limits import DEFAULT_LIMITS, ServerLimits
from evm_wasm.rpc.node import make_node
from evm_wasm.rpc.server import RpcServer

POLL_SECONDS: Final = 0.1
"""How soon a change of the block time is noticed."""

SPARE_FILES: Final = 64
"""Open files of a node that are no connections: stores, logs, libraries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """How a node is served.

    Attributes:
        host: Address to listen on.
        port: 0 for any that is free.
        access: Who may use it.
        limits: How much it takes.
        save: Called from time to time and at the end, on the execution thread; None for never.
        save_seconds: Between two calls of `save`; None for the end only.
    """

    host: str
    port: int
    access: Access
    limits: ServerLimits = DEFAULT_LIMITS
    save: Callable[[], None] | None = None
    save_seconds: float | None = None


async def run_node(
    devnet: Devnet,
    settings: NodeSettings,
    *,
    stop: asyncio.Event,
    started: Callable[[Sequence[tuple[str, int]]], None],
    seen: Callable[[Message], None],
) -> None:
    """Serves a devnet until it is told to stop, and leaves everything saved.

    Args:
        devnet: Belongs to the node until this returns; it is not closed.
        settings: How.
        stop: Set to end it.
        started: Told the addresses once the node answers.
        seen: Told each message before it is answered, on any thread.

    Raises:
        InputError: The address cannot be listened on.
        EvmWasmError: What `save` raises, or what the making of a block by time ends with.
    """
    _allow_open_files(settings.limits.connections + SPARE_FILES)
    execution = ExecutionThread(longest_wait=settings.limits.queue_seconds)
    dispatcher = Dispatcher(make_node(devnet), execution, seen)
    server = RpcServer(dispatcher, settings.access, settings.limits)
    try:
        with kept_objects_spared(devnet):
            started(await _listen(server, settings))
            await _work_until(stop, _tasks(devnet, execution, settings))
    finally:
        await server.stop()
        await execution.close(settings.save)


async def _listen(server: RpcServer, settings: NodeSettings) -> list[tuple[str, int]]:
    try:
        return await server.start(settings.host, settings.port)
    except OSError as error:
        raise InputError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}; "
            "another --port may be free"
        ) from error


def _allow_open_files(wanted: int) -> None:
    """Raises the process's own limit of open files as far as the system lets it."""
    try:
        resource = importlib.import_module("resource")
    except ImportError:
        return  # Windows has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _tasks(
    devnet: Devnet, execution: ExecutionThread, settings: NodeSettings
) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(_mine_by_time(devnet, execution))]
    if settings.save is not None and settings.save_seconds is not None:
        saving = _save_by_time(settings.save, settings.save_seconds, execution)
        tasks.append(asyncio.create_task(saving))
    return tasks


async def _work_until(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Waits for the sign to stop; a task that fails is one, and raises what it failed with."""
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (stopping, *tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _mine_by_time(devnet: Devnet, execution: ExecutionThread) -> None:
    """Makes a block whenever the block time is over, as long as one is set."""
    loop = asyncio.get_running_loop()
    period: int | None = None
    due = 0.0
    while True:
        if devnet.settings.block_time != period:
            period = devnet.settings.block_time
            due = loop.time() + (period or 0)
        if period is not None and loop.time() >= due:
            due += period
            with suppress(RpcError):  # the node is too busy: the next block is as good
                await execution.run(devnet.mine)
        await asyncio.sleep(POLL_SECONDS if period is None else _pause(due - loop.time()))


def _pause(until_due: float) -> float:
    return min(POLL_SECONDS, max(until_due, 0))


async def _save_by_time(
    save: Callable[[], None], seconds: float, execution: ExecutionThread
) -> None:
    while True:
        await asyncio.sleep(seconds)
        with suppress(RpcError):
            await execution.run(save)
