"""The first block of a chain, and the genesis files that describe one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evm_wasm.chain.building import BlockTemplate, BuiltBlock, seal_block
from evm_wasm.chain.edits import apply_edits, edits_to
from evm_wasm.chain.header_rlp import EXTRA_DATA_LENGTH, NONCE_LENGTH
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import parse_address, parse_bytes, parse_hash, parse_quantity
from evm_wasm.primitives.json_text import as_object, parse_json
from evm_wasm.primitives.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32
from evm_wasm.rules.forks import Rules
from evm_wasm.rules.limits import MAX_GAS
from evm_wasm.state.allocation import read_allocation
from evm_wasm.state.reader import World
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
    nonce: bytes = bytes(NONCE_LENGTH)
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
    members = as_object(
        parse_json(source, what=what) if isinstance(source, str) else source, what=what
    )
    config = as_object(members.get("config", {}), what=f"{what}: config")
    reader = _Reader(members, what)
    genesis = Genesis(
        world=read_allocation({"alloc": members.get("alloc", {})}, what=what),
        gas_limit=reader.number("gasLimit", bits=64),
        base_fee=reader.number("baseFeePerGas", bits=128),
        timestamp=reader.number("timestamp", bits=64) or 0,
        coinbase=reader.address("coinbase"),
        difficulty=reader.number("difficulty", bits=256) or 0,
        extra_data=reader.extra_data("extraData"),
        mix_hash=reader.hash("mixHash"),
        nonce=(reader.number("nonce", bits=64) or 0).to_bytes(NONCE_LENGTH, "big"),
        chain_id=_Reader(config, f"{what}: config").number("chainId", bits=64),
    )
    if genesis.gas_limit is not None and genesis.gas_limit > MAX_GAS:
        raise InputError(f"{what}: gasLimit: at most {MAX_GAS} fits into a frame")
    return genesis


def genesis_template(genesis: Genesis, rules: Rules) -> BlockTemplate:
    """What is settled of block 0; what the genesis leaves open is as the rules say."""
    base_fee = None
    if rules.base_fee is not None:
        base_fee = rules.base_fee.initial if genesis.base_fee is None else genesis.base_fee
    return BlockTemplate(
        parent_hash=ZERO_HASH,
        number=0,
        timestamp=genesis.timestamp,
        coinbase=genesis.coinbase,
        gas_limit=rules.block_gas_limit if genesis.gas_limit is None else genesis.gas_limit,
        base_fee=base_fee,
        difficulty=genesis.difficulty,
        extra_data=genesis.extra_data,
        mix_hash=genesis.mix_hash,
        nonce=genesis.nonce,
    )


def build_genesis(genesis: Genesis, rules: Rules, before: World) -> BuiltBlock:
    """Block 0 with its state.

    Args:
        genesis: What it is made of.
        rules: Of the chain.
        before: The state that the accounts of the genesis are added to; without accounts, unless
            the genesis has none.
    """
    world = apply_edits(before, edits_to(genesis.world))
    block, encoded = seal_block(genesis_template(genesis, rules), (), (), world.root)
    return BuiltBlock(block=block, encoded_header=encoded, receipts=(), before=before, world=world)


class _Reader:
    """Members of a JSON object, by name and form; those that are missing have a default."""

    def __init__(self, members: Mapping[str, object], what: str) -> None:
        self._members = members
        self._what = what

    def number(self, name: str, *, bits: int) -> int | None:
        """A number as a JSON number, decimal text or a quantity; None where it is missing."""
        value = self._members.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            value = hex(value)
        return parse_quantity(value, what=f"{self._what}: {name}", bits=bits, decimal=True)

    def address(self, name: str) -> Address:
        """An address, zero where it is missing."""
        value = self._members.get(name)
        if value is None:
            return ZERO_ADDRESS
        return parse_address(value, what=f"{self._what}: {name}", needs_prefix=False)

    def hash(self, name: str) -> Hash32:
        """A hash, zero where it is missing."""
        value = self._members.get(name)
        return ZERO_HASH if value is None else parse_hash(value, what=f"{self._what}: {name}")

    def extra_data(self, name: str) -> bytes:
        """Bytes of a header, none where they are missing."""
        value = self._members.get(name)
        data = b"" if value in {None, ""} else parse_bytes(value, what=f"{self._what}: {name}")
        if len(data) > EXTRA_DATA_LENGTH:
            raise InputError(
                f"{self._what}: {name}: {len(data)} bytes; a header has {EXTRA_DATA_LENGTH} at most"
            )
        return data
