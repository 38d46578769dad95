"""A block of signed token transfers in process: sender recovery, execution, receipts, roots."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from benchmarks.node_load import CHAIN_ID, DEPLOY_GAS, SENDER, TOKEN, signed, transfer_data
from benchmarks.nodes import evm_token, wasm_token
from evm_wasm.vm.vm import EEI_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSFER_GAS: Final = 99_000
"""For each transfer, so that 1,000 fit into a block of 100,000,000 gas."""
WEALTH: Final = 10**24
"""Wei of the sender."""


class PyEvmMissing(Exception):
    """The package `py-evm` is not installed."""


def own_block(count: int, *, form: str) -> float:
    """Transfers per second in one block of our chain, with one form of the EEI."""
    from evm_wasm.devnet import Devnet, DevnetConfig  # noqa: PLC0415 - in a process of its own

    os.environ[EEI_VARIABLE] = form
    devnet = Devnet(DevnetConfig(automine=False))
    devnet.send_raw(_deployment(wasm_token()))
    devnet.mine()
    raws = _transfers(count)
    before = time.perf_counter()
    for raw in raws:
        devnet.send_raw(raw)
    devnet.mine()
    seconds = time.perf_counter() - before
    block = devnet.block()
    _check(count, len(block.transactions) if block is not None else 0)
    return count / seconds


def py_evm_block(count: int) -> float:
    """The same on py-evm, with an EVM token.

    Raises:
        PyEvmMissing: See there.
    """
    try:
        from eth.chains.base import MiningChain  # noqa: PLC0415 - a peer, not always there
        from eth.consensus import NoProofConsensus  # noqa: PLC0415
        from eth.db.atomic import AtomicDB  # noqa: PLC0415
        from eth.vm.forks.london import LondonVM  # noqa: PLC0415
    except ImportError as error:
        raise PyEvmMissing(f"py-evm is not installed: {error}") from error

    class Quiet(LondonVM):  # type: ignore[misc, unused-ignore]
        """London without proof of work."""

        consensus_class = NoProofConsensus

    kind = MiningChain.configure(__name__="Peer", vm_configuration=((0, Quiet),), chain_id=CHAIN_ID)
    genesis = {"difficulty": 1, "gas_limit": 100_000_000, "timestamp": 1}
    account = {"balance": WEALTH, "nonce": 0, "code": b"", "storage": {}}
    chain = kind.from_genesis(AtomicDB(), genesis, {SENDER: account})
    decode: Callable[[bytes], Any] = chain.get_vm().get_transaction_builder().decode
    chain.mine_all([decode(_deployment(evm_token()))])
    raws = _transfers(count)
    before = time.perf_counter()
    result = chain.mine_all([decode(raw) for raw in raws])
    seconds = time.perf_counter() - before
    _check(count, sum(len(receipt.logs) for receipt in result[1]))
    return count / seconds


def _deployment(code: bytes) -> bytes:
    return signed(0, None, code, DEPLOY_GAS)


def _transfers(count: int) -> Sequence[bytes]:
    return [
        signed(nonce, TOKEN, transfer_data(0x1000 + nonce), TRANSFER_GAS)
        for nonce in range(1, count + 1)
    ]


def _check(wanted: int, done: int) -> None:
    if wanted != done:
        raise RuntimeError(f"{done} of {wanted} transfers are in the block")
