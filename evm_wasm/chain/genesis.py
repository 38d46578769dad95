"""The first block of a chain, and the genesis files that describe one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evm_wasm.primitives.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from evm_wasm.rules.forks import Rules
from evm_wasm.state.world import WorldState


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    """What block 0 is made of.

    Attributes:
        world: All accounts.
        gas_limit: In gas; None is that of the rules.
        base_fee: In wei for one gas; None is that of the rules.
        timestamp: In seconds.
        coinbase: Of the header.
        difficulty: Of the header.
        extra_data: Of the header, at most 32 bytes.
        mix_hash: Of the header.
        nonce: Of the header, 8 bytes.
        chain_id: Where the file names one.
    """

    world: WorldState = WorldState.EMPTY
    gas_limit: int | None = None
    base_fee: int | None = None
    timestamp: int = 0
    coinbase: Address = ZERO_ADDRESS
    difficulty: int = 0
    extra_data: bytes = b""
    mix_hash: Hash32 = ZERO_HASH
    nonce: bytes = bytes(8)
    chain_id: int | None = None


def read_genesis(source: str | Mapping[str, object], *, what: str) -> Genesis:
    """The genesis that a file in geth's format describes.

    Members: `alloc`, `gasLimit`, `timestamp`, `coinbase`, `difficulty`, `extraData`, `mixHash`,
    `nonce`, `baseFeePerGas`, and `config.chainId`. All may be left out; of `config` nothing else
    is looked at, because the rules are not chosen by a genesis file here.

    Args:
        source: JSON text or what it parses to.
        what: Name of the source, for errors.

    Raises:
        InputError: Malformed; names the place.
    """
    raise NotImplementedError


def initial_base_fee(genesis: Genesis, rules: Rules) -> int | None:
    """The base fee of block 0; None under rules without one."""
    raise NotImplementedError
