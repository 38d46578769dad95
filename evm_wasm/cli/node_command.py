"""`ewasm node`: a local chain that Ethereum clients talk to."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.files import read_bytes, write_atomically
from evm_wasm.cli.node_banner import banner, listening_lines
from evm_wasm.cli.node_flags import devnet_settings, with_node_options
from evm_wasm.cli.node_log import NodeLog
from evm_wasm.devnet.config import DevnetConfig
from evm_wasm.devnet.devnet import Devnet
from evm_wasm.engine import find_cache
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.rpc.access import Access
from evm_wasm.rpc.running import NodeSettings, run_node
from evm_wasm.store.opening import is_store_url
from evm_wasm.vm.thread import run_deep

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
"""What ends a node; a second one ends it at once."""


@click.command("node")
@with_node_options
def command(**values: Any) -> int:  # noqa: ANN401 - the options are the table's
    """Start a local chain and serve JSON-RPC over HTTP and WebSocket on one port.

    \b
    Examples:
      ewasm node
      ewasm node --block-time 2 --state lmdb:chain
      ewasm node --port 0 --silent

    Ctrl-C stops it; with --state nothing is lost. Exit codes: 0 stopped, 2 bad usage or input, or
    the port is taken, 3 the machine cannot go on.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    # A machine that cannot have the threads for nested contracts is told so now.
    run_deep(lambda: None)
    store, state_file = _split_state(values["state"])
    config = DevnetConfig(**devnet_settings(values), state=store)
    devnet = Devnet(config, clock=_clock, native=find_cache())
    try:
        _load(devnet, values["load_state"], state_file)
        if values["config_out"] is not None:
            write_atomically(values["config_out"], _config_text(devnet))
        _serve(devnet, values, state_file)
    finally:
        devnet.close()
    return exit_codes.SUCCESS


def _clock() -> int:
    return int(time.time())


def _split_state(name: str | None) -> tuple[str | None, str | None]:
    """The store and the file that `--state` names; at most one of them."""
    if name is None:
        return None, None
    return (name, None) if is_store_url(name) else (None, name)


def _load(devnet: Devnet, load_state: str | None, state_file: str | None) -> None:
    if load_state is not None and state_file is not None:
        raise InputError("--load-state and --state with a file: give one of them")
    if load_state is not None:
        devnet.load(read_bytes(load_state))
    elif state_file is not None and Path(state_file).exists():
        devnet.load(read_bytes(state_file))


def _serve(devnet: Devnet, values: dict[str, Any], state_file: str | None) -> None:
    is_silent, as_json = values["silent"], values["json_logs"]
    log = NodeLog(devnet.settings, is_silent=is_silent, as_json=as_json)
    devnet.events.subscribe(log.event)
    settings = NodeSettings(
        host=values["host"],
        port=values["port"],
        access=Access(
            hosts=(*values["allow_host"], values["host"]), origins=values["allow_origin"]
        ),
        save=_saver(devnet, [name for name in (state_file, values["dump_state"]) if name]),
        save_seconds=values["state_interval"],
    )

    def started(addresses: Sequence[tuple[str, int]]) -> None:
        if not is_silent:
            _print_start(devnet, addresses, as_json=as_json)

    try:
        asyncio.run(_run(devnet, settings, log, started))
    finally:
        log.close()


async def _run(
    devnet: Devnet,
    settings: NodeSettings,
    log: NodeLog,
    started: Callable[[Sequence[tuple[str, int]]], None],
) -> None:
    stop = asyncio.Event()
    _stop_on_signals(asyncio.get_running_loop(), stop)
    await run_node(devnet, settings, stop=stop, started=started, seen=log.request)


def _stop_on_signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Has the first signal stop the node in order, and the second one end the process."""

    def handle(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stop.set)

    for number in SIGNALS:
        signal.signal(number, handle)


def _saver(devnet: Devnet, names: Sequence[str]) -> Callable[[], None] | None:
    if not names:
        return None

    def save() -> None:
        dump = devnet.dump()
        for name in names:
            write_atomically(name, dump)

    return save


def _print_start(devnet: Devnet, addresses: Sequence[tuple[str, int]], *, as_json: bool) -> None:
    if as_json:
        lines = [json.dumps({"time": _clock(), "event": "start", "addresses": list(addresses)})]
    else:
        lines = [banner(devnet), *listening_lines(addresses)]
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:
        return  # nobody reads; the node serves all the same


def _config_text(devnet: Devnet) -> bytes:
    """Accounts, keys and figures for programs, with the members that Anvil writes."""
    info = devnet.info()
    members = {
        "available_accounts": [format_bytes(account.address) for account in devnet.accounts],
        "private_keys": [format_bytes(account.secret) for account in devnet.accounts],
        "wallet": {
            "mnemonic": devnet.config.mnemonic,
            "derivation_path": devnet.config.derivation_path,
        },
        "chain_id": info.chain_id,
        "base_fee": str(info.base_fee),
        "gas_limit": str(info.gas_limit),
    }
    return (json.dumps(members, indent=2) + "\n").encode()
