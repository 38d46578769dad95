"""The options of `ewasm node` in one table: the command, its help and docs/node.md derive from it.

Names are Anvil's where the meaning is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

import click

from evm_wasm.chain.chain import DEFAULT_CHAIN_ID
from evm_wasm.cli.files import read_text
from evm_wasm.cli.parameters import to_address, to_gas, to_wei
from evm_wasm.devnet.config import DEVELOPMENT_MNEMONIC, GWEI, DevnetConfig, Order
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.rules.forks import DEVNET
from evm_wasm.state.database import BLOCKS_ON_DISK

Convert = Callable[[click.Context, click.Parameter, Any], object]

_DEFAULTS: Final = {
    entry.name: entry.default for entry in fields(DevnetConfig) if entry.name != "bounds"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOption:
    """An option.

    Attributes:
        names: With their dashes.
        group: Heading in the documentation.
        help: What it does.
        setting: Field of `DevnetConfig` that it sets; empty for one of the server.
        metavar: What stands for its value; empty for a switch.
        default: Where the setting itself has none; for people only if there is a setting.
        kind: Type of click.
        convert: From the word to the value.
        multiple: Whether it may be given several times.
        value: What a switch sets the setting to.
    """

    names: tuple[str, ...]
    group: str
    help: str
    setting: str = ""
    metavar: str = ""
    default: Any = None
    kind: Any = None
    convert: Convert | None = None
    multiple: bool = False
    value: bool = True

    @property
    def key(self) -> str:
        """Under which name the command gets it."""
        longest = next(name for name in self.names if name.startswith("--"))
        return longest.removeprefix("--").replace("-", "_")

    @property
    def shown_default(self) -> Any:  # noqa: ANN401 - as the option has it
        """The default for people, None where there is none worth a word."""
        default = _DEFAULTS.get(self.setting)
        if default is None:
            default = self.default
        if isinstance(default, bytes):
            return format_bytes(default)
        return default.value if isinstance(default, Order) else default


def _read_file(_ctx: click.Context, _param: click.Parameter, name: str | None) -> str | None:
    return None if name is None else read_text(name)


def _optional_wei(ctx: click.Context, param: click.Parameter, word: str | None) -> int | None:
    return None if word is None else to_wei(ctx, param, word)


def _optional_gas(ctx: click.Context, param: click.Parameter, word: str | None) -> int | None:
    return None if word is None else to_gas(ctx, param, word)


def _order(_ctx: click.Context, _param: click.Parameter, word: str | None) -> Order | None:
    return None if word is None else Order(word)


SERVER, ACCOUNTS, CHAIN, MINING, STATE, OUTPUT = (
    "Server",
    "Accounts",
    "Chain",
    "Blocks",
    "State",
    "Output",
)

NODE_OPTIONS: Final = (
    NodeOption(
        names=("-p", "--port"),
        group=SERVER,
        help="Port for HTTP and WebSocket; 0 for any that is free.",
        metavar="NUMBER",
        kind=click.IntRange(0, 65_535),
        default=8545,
    ),
    NodeOption(
        names=("--host",),
        group=SERVER,
        help="Address to listen on. Anybody who reaches it has all the power over the node.",
        metavar="ADDRESS",
        default="127.0.0.1",
    ),
    NodeOption(
        names=("--allow-origin",),
        group=SERVER,
        help="Web pages that may use the node, such as http://localhost:3000, or * for all.",
        metavar="ORIGIN",
        multiple=True,
    ),
    NodeOption(
        names=("--allow-host",),
        group=SERVER,
        help="Names by which the node may be called beside localhost and addresses, or *.",
        metavar="NAME",
        multiple=True,
    ),
    NodeOption(
        names=("-a", "--accounts"),
        group=ACCOUNTS,
        help="How many accounts with ether to make.",
        setting="accounts",
        metavar="NUMBER",
        kind=int,
    ),
    NodeOption(
        names=("--balance",),
        group=ACCOUNTS,
        help="What each of them has, in ether.",
        setting="balance_ether",
        metavar="ETHER",
        kind=int,
    ),
    NodeOption(
        names=("-m", "--mnemonic"),
        group=ACCOUNTS,
        help="Words that the accounts are derived from.",
        setting="mnemonic",
        metavar="WORDS",
    ),
    NodeOption(
        names=("--derivation-path",),
        group=ACCOUNTS,
        help="Path of the accounts, without the number of each.",
        setting="derivation_path",
        metavar="PATH",
    ),
    NodeOption(
        names=("--auto-impersonate", "--auto-unlock"),
        group=ACCOUNTS,
        help="Any account can send without a key.",
        setting="auto_impersonate",
    ),
    NodeOption(
        names=("--chain-id",),
        group=CHAIN,
        help="What signatures name.",
        setting="chain_id",
        metavar="NUMBER",
        kind=int,
        default=DEFAULT_CHAIN_ID,
    ),
    NodeOption(
        names=("--genesis", "--init"),
        group=CHAIN,
        help="Genesis file, in the format of geth; its accounts come beside the usual ones.",
        setting="genesis",
        metavar="FILE",
        convert=_read_file,
    ),
    NodeOption(
        names=("--timestamp",),
        group=CHAIN,
        help="Of the genesis block, in seconds since 1970.",
        setting="timestamp",
        metavar="SECONDS",
        kind=int,
    ),
    NodeOption(
        names=("--gas-limit",),
        group=CHAIN,
        help="Of a block.",
        setting="gas_limit",
        metavar="GAS",
        default=DEVNET.block_gas_limit,
        convert=_optional_gas,
    ),
    NodeOption(
        names=("--block-base-fee-per-gas", "--base-fee"),
        group=CHAIN,
        help="Base fee of block 1, in wei or with a unit.",
        setting="base_fee",
        metavar="FEE",
        default=GWEI,
        convert=_optional_wei,
    ),
    NodeOption(
        names=("--gas-price",),
        group=CHAIN,
        help="Least price that the pool takes, in wei or with a unit.",
        setting="min_gas_price",
        metavar="PRICE",
        convert=_optional_wei,
    ),
    NodeOption(
        names=("--coinbase",),
        group=CHAIN,
        help="Who gets the fees.",
        setting="coinbase",
        metavar="ADDRESS",
        convert=to_address,
    ),
    NodeOption(
        names=("--code-size-limit",),
        group=CHAIN,
        help="Bytes of deployed code; 1 MiB unless given.",
        setting="code_size_limit",
        metavar="BYTES",
        kind=int,
    ),
    NodeOption(
        names=("--call-gas-cap",),
        group=CHAIN,
        help="Gas of an eth_call at most.",
        setting="call_gas_cap",
        metavar="GAS",
        convert=_optional_gas,
    ),
    NodeOption(
        names=("--schedule",),
        group=CHAIN,
        help="Prices of instructions: a name or a file.",
        setting="schedule",
        metavar="NAME",
    ),
    NodeOption(
        names=("--precompiles",),
        group=CHAIN,
        help="Install the precompile contracts in the genesis: addresses 1 to 9, and blake2f.",
        setting="precompiles",
    ),
    NodeOption(
        names=("-b", "--block-time"),
        group=MINING,
        help="Seconds between blocks, instead of a block for each transaction.",
        setting="block_time",
        metavar="SECONDS",
        kind=int,
    ),
    NodeOption(
        names=("--no-mining", "--no-mine"),
        group=MINING,
        help="Make blocks only when asked to (evm_mine).",
        setting="automine",
        value=False,
    ),
    NodeOption(
        names=("--mixed-mining",),
        group=MINING,
        help="With --block-time, make a block for each transaction as well.",
        setting="mixed_mining",
    ),
    NodeOption(
        names=("--order",),
        group=MINING,
        help="In which order a block takes transactions of different senders.",
        setting="order",
        metavar="fees|fifo",
        kind=click.Choice([order.value for order in Order]),
        convert=_order,
    ),
    NodeOption(
        names=("--state",),
        group=STATE,
        help="Keep the chain: lmdb:FOLDER or sqlite:FILE durably with each block, any other name "
        "as a file that is read at the start and written at the end.",
        metavar="STORE|FILE",
    ),
    NodeOption(
        names=("--load-state",),
        group=STATE,
        help="Begin with a file that --state, --dump-state or anvil_dumpState wrote.",
        metavar="FILE",
    ),
    NodeOption(
        names=("--dump-state",),
        group=STATE,
        help="Write the chain into a file at the end.",
        metavar="FILE",
    ),
    NodeOption(
        names=("--state-interval",),
        group=STATE,
        help="Write the file of --state or --dump-state every so many seconds as well.",
        metavar="SECONDS",
        kind=click.IntRange(1),
    ),
    NodeOption(
        names=("--keep",),
        group=STATE,
        help=f"Blocks whose state stays available: {BLOCKS_ON_DISK} in a store unless given, else all.",
        setting="keep",
        metavar="NUMBER",
        kind=int,
    ),
    NodeOption(
        names=("-q", "--silent", "--quiet"),
        group=OUTPUT,
        help="Print nothing at all.",
    ),
    NodeOption(
        names=("--json-logs",),
        group=OUTPUT,
        help="Print requests and blocks as one JSON object a line.",
    ),
    NodeOption(
        names=("--config-out",),
        group=OUTPUT,
        help="Write accounts, keys and settings into a file as JSON.",
        metavar="FILE",
    ),
)

_SHORTENED: Final = {DEVELOPMENT_MNEMONIC: "test test ... junk"}


def with_node_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a click command all options of the table."""
    for option in reversed(NODE_OPTIONS):
        command = _decorator(option)(command)
    return command


def _decorator(option: NodeOption) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    default = option.shown_default
    if not option.metavar:
        return click.option(*option.names, option.key, is_flag=True, help=option.help)
    if option.multiple:
        return click.option(
            *option.names, option.key, metavar=option.metavar, multiple=True, help=option.help
        )
    return click.option(
        *option.names,
        option.key,
        metavar=option.metavar,
        type=option.kind or str,
        default=None if option.setting else option.default,
        show_default=str(_SHORTENED.get(default, default)) if default is not None else False,
        callback=option.convert,
        help=option.help,
    )


def devnet_settings(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of `DevnetConfig` that were given, from the values of all options."""
    settings: dict[str, Any] = {}
    for option in NODE_OPTIONS:
        given = values[option.key]
        if not option.setting or given is None:
            continue
        if option.metavar:
            settings[option.setting] = given
        elif given:
            settings[option.setting] = option.value
    return settings
