"""The precompile contracts: which address has which, and a genesis that installs them.

They are contracts like any other (sources in `contracts/precompiles`): the machine knows nothing of
them, and addresses 1 to 9 are empty accounts on a chain whose genesis does not install them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ADDRESS_LENGTH, Address
from evm_wasm.state.change import AccountChange
from evm_wasm.state.world import WorldState

PACKAGED: Final = Path(__file__).resolve().parent / "precompiles_wasm"
"""Where an installed package has the modules."""

IN_CHECKOUT: Final = Path(__file__).resolve().parents[2] / "contracts" / "precompiles" / "wasm"
"""Where a checkout has them."""


@dataclass(frozen=True, slots=True)
class Precompile:
    """One contract.

    Attributes:
        name: Of its module, without the suffix.
        address: Where it is installed.
        defined_by: Where its input and output are defined.
    """

    name: str
    address: Address
    defined_by: str


def _low(number: int) -> Address:
    return Address(number.to_bytes(ADDRESS_LENGTH, "big"))


BLAKE2F_TEXT: Final = b"ewasm precompile blake2f"
"""What the address of blake2f is made of.

Ethereum has blake2f at 9, where the ewasm design has keccak256. Low numbers are no choice either:
the ewasm design gives 10 and 11 to system contracts, Ethereum goes on from 10, and 0x100 to 0x1ff
are kept for rollups (EIP-7587). The last 20 bytes of a hash of a text cannot be chosen by anybody,
are nobody's key and no created contract's address.
"""

PRECOMPILES: Final = (
    Precompile("ecrecover", _low(1), "yellow paper, appendix E"),
    Precompile("sha256", _low(2), "FIPS 180-4"),
    Precompile("ripemd160", _low(3), "yellow paper, appendix E"),
    Precompile("identity", _low(4), "yellow paper, appendix E"),
    Precompile("modexp", _low(5), "EIP-198"),
    Precompile("bn254_add", _low(6), "EIP-196"),
    Precompile("bn254_mul", _low(7), "EIP-196"),
    Precompile("bn254_pairing", _low(8), "EIP-197"),
    Precompile("keccak256", _low(9), "ewasm design"),
    Precompile("blake2f", Address(keccak256(BLAKE2F_TEXT)[-ADDRESS_LENGTH:]), "EIP-152"),
)
"""All of them; the documentation, the genesis and the tests follow this table."""

BY_NAME: Final[Mapping[str, Precompile]] = MappingProxyType(
    {precompile.name: precompile for precompile in PRECOMPILES}
)


def precompile_code(precompile: Precompile) -> bytes:
    """The wasm module of a precompile contract.

    Raises:
        InputError: This installation lacks the module.
    """
    folder = PACKAGED if PACKAGED.is_dir() else IN_CHECKOUT
    try:
        return (folder / f"{precompile.name}.wasm").read_bytes()
    except OSError as error:
        raise InputError(f"precompile {precompile.name}: its module is missing: {error}") from error


def install_precompiles(world: WorldState) -> WorldState:
    """The same accounts and all precompile contracts; what an address has already is kept.

    Raises:
        InputError: An address has other code already, or see `precompile_code`.
    """
    changes = {}
    for precompile in PRECOMPILES:
        account = world.find(precompile.address)
        code = precompile_code(precompile)
        if account is not None and world.code(account.code_hash) not in (b"", code):
            place = format_bytes(precompile.address)
            raise InputError(f"{place} has code; the precompile {precompile.name} belongs there")
        changes[precompile.address] = AccountChange(
            nonce=account.nonce if account else 0,
            balance=account.balance if account else 0,
            code=code,
        )
    return world.apply(changes)
