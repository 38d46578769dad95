"""What `ewasm node` prints at its start, in the form that Anvil's users and scripts know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evm_wasm.devnet.config import ETHER
from evm_wasm.devnet.devnet import Devnet
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.version import __version__

_RULE = "=================="


def banner(devnet: Devnet) -> str:
    """Accounts, keys and the figures of the chain."""
    return "\n".join(_lines(devnet)) + "\n"


def listening_lines(addresses: Sequence[tuple[str, int]]) -> list[str]:
    """One line for each address that is listened on; programs wait for the first one."""
    return [f"Listening on {url_host(host)}:{port}" for host, port in addresses]


def url_host(host: str) -> str:
    """An address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def _lines(devnet: Devnet) -> Iterator[str]:
    config = devnet.config
    info = devnet.info()
    genesis = devnet.block(0)
    yield f"ewasm {__version__}: a local chain for WebAssembly contracts"
    yield f"rules: {info.consensus}"
    if devnet.accounts:
        yield from _heading("Available Accounts")
        for number, account in enumerate(devnet.accounts):
            balance = devnet.balance(account.address)
            ether = f"{balance // ETHER}.{balance % ETHER:018d}"
            yield f"({number}) {format_address(account.address)} ({ether} ETH)"
        yield from _heading("Private Keys")
        for number, account in enumerate(devnet.accounts):
            yield f"({number}) {format_bytes(account.secret)}"
        yield from _heading("Wallet")
        yield f"Mnemonic:          {config.mnemonic}"
        yield f"Derivation path:   {config.derivation_path}"
        yield ""
        yield "These keys are known to everybody: never send anything of value to these accounts."
    figures = {
        "Chain ID": info.chain_id,
        "Base Fee": info.base_fee,
        "Gas Limit": info.gas_limit,
        "Genesis Timestamp": 0 if genesis is None else genesis.header.timestamp,
        "Block Number": info.block_number,
    }
    for name, figure in figures.items():
        yield from _heading(name)
        yield str(figure)


def _heading(name: str) -> tuple[str, str, str, str]:
    return "", name, _RULE, ""
