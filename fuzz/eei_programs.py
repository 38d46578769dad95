"""Random contracts that do little but call the interface, and each other.

Each contract has the same memory at its start: keys, values and the addresses of all accounts. Most
arguments are good; some are at the edges of the memory or far outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

import wasmtime

from evm_wasm.eei.spec import OUTPUTS, Kind, Method, Param
from evm_wasm.eei.table import METHODS, TABLE
from evm_wasm.primitives.types import Address
from fuzz.proof import chance
from fuzz.smith import import_field

CONTRACTS: Final = tuple(Address(bytes([0xC0, number]) + bytes(18)) for number in range(3))
STRANGERS: Final = (Address(b"\xee" * 20), Address(b"\xdd" * 20))
"""An account with a balance, and one that does not exist."""

_ADDRESSES: Final = 1_024  # where the addresses lie, 32 bytes apart
_WORDS: Final = 2_048  # where keys and values lie, with ranges that overlap
_FREE: Final = 4_096  # results go here; it is all zero at first
_INIT_CODE: Final = 8_192
_MEMORY: Final = 65_536
_OVERLAP: Final = 8
_MOST_WORDS: Final = 200  # more than the cache of slots holds
_CALLS: Final = ("call", "callCode", "callDelegate", "callStatic")
_ENDS: Final = ("finish", "revert", "selfDestruct")
_COMMON: Final = ("storageStore", "storageLoad", "storageStore", "log", "getGasLeft", *_CALLS)
_EDGES: Final = (
    0, _MEMORY - 33, _MEMORY - 32, _MEMORY - 31, _MEMORY - 20, _MEMORY - 16, _MEMORY - 15,
    _MEMORY, _MEMORY + 1, 2 * _MEMORY, 0x7FFF_FFFF, 0xFFFF_FFE0, 0xFFFF_FFFF,
)  # fmt: skip
_LENGTHS: Final = (0, 0, 0, 1, 4, 20, 31, 32, 33)
_LONG: Final = (3_000, 8_200, 12_289, 16_385, 40_000)
_FAR: Final = (_MEMORY, 0x1000_0000, 0xFFFF_FFFF)
_GAS: Final = (0, 5_000, 30_000, 100_000, 100_000, 300_000, 2**62)
_WRONG_ONE_IN: Final = 150


@dataclass(frozen=True, slots=True)
class Scene:
    """What one case runs.

    Attributes:
        codes: Of the contracts.
        gas: Of the message, in whole gas.
        value: Of the message, in wei.
        data: Its call data.
        is_static: Whether it may not write.
    """

    codes: tuple[bytes, ...]
    gas: int
    value: int
    data: bytes
    is_static: bool


def scene(seed: int) -> Scene:
    """The scene of one seed."""
    random = chance("eei scene", seed)
    slots = random.choice((3, 3, 8, _MOST_WORDS))
    small = _Writer(random, slots, size=2).module(b"")
    codes = tuple(_Writer(random, slots, random.randrange(3, 16)).module(small) for _ in CONTRACTS)
    # Much gas fills the cache of slots; elsewhere it is thousands of frames that are all alike.
    most_gas = 3_000_000 if slots == _MOST_WORDS else 500_000
    return Scene(
        codes=codes,
        gas=random.choice((60_000, 500_000, 500_000, most_gas)) + random.randrange(5_000),
        value=random.choice((0, 0, 5)),
        data=random.randbytes(random.choice((0, 100, 100, 300, 16_384, 16_385))),
        is_static=random.random() < 0.05,
    )


class _Writer:
    """Writes one contract in text form."""

    def __init__(self, random: Random, slots: int, size: int) -> None:
        self._random = random
        self._slots = slots
        self._size = size

    def module(self, init_code: bytes) -> bytes:
        chosen = [self._choose() for _ in range(self._size)]
        end = self._random.choice((None, None, *_ENDS))
        if end is not None:
            chosen.append(TABLE[end])
        names = sorted({method.name for method in chosen})
        lines = [self._line(method, init_code) for method in chosen]
        if self._random.random() < 0.1:
            lines.append("unreachable")
        if self._random.random() < 0.2:
            turns = self._random.choice((2, 5, 150))
            lines = [_repeated(turns, lines)]
        return bytes(
            wasmtime.wat2wasm(f"""(module {" ".join(import_field(name) for name in names)}
            (memory (export "memory") 1 3) {self._data(init_code)}
            (func (export "main") (local $turn i32) {" ".join(lines)}))""")
        )

    def _choose(self) -> Method:
        random = self._random
        if random.random() < 0.6:
            return TABLE[random.choice(_COMMON)]
        method = random.choice(METHODS)
        return method if method.name not in _ENDS or random.random() < 0.1 else TABLE["getCaller"]

    def _data(self, init_code: bytes) -> str:
        addresses = b"".join(each + bytes(12) for each in (*CONTRACTS, *STRANGERS))
        words = b"".join(
            number.to_bytes(_OVERLAP, "little" if number % 2 else "big")
            for number in range(_MOST_WORDS)
        )
        parts = ((_ADDRESSES, addresses), (_WORDS, words), (_INIT_CODE, init_code))
        return " ".join(f'(data (i32.const {at}) "{_escaped(part)}")' for at, part in parts)

    def _line(self, method: Method, init_code: bytes) -> str:
        arguments = " ".join(self._argument(method, param, init_code) for param in method.params)
        called = f"(call ${method.name} {arguments})"
        if method.result is None:
            return called
        kind = method.result
        return f"({kind}.store (i32.const {_FREE + 8 * self._random.randrange(30)}) {called})"

    def _argument(self, method: Method, param: Param, init_code: bytes) -> str:
        random = self._random
        if param.kind.wasm_type == "i64":
            return f"(i64.const {self._amount(method)})"
        if random.randrange(_WRONG_ONE_IN) == 0:
            value = random.choice((*_EDGES, *_FAR))
        elif method.name == "create" and param.name in ("dataOffset", "length"):
            value = _INIT_CODE if param.name == "dataOffset" else len(init_code)
        else:
            value = self._number(method, param)
        return f"(i32.const {value})"

    def _amount(self, method: Method) -> int:
        random = self._random
        if method.name == "useGas":
            return random.choice((0, 1, 1_000, 1_000, random.randrange(10_000), 2**63 - 1, -1))
        if method.name == "getBlockHash":
            return random.choice((0, 743, 744, 999, 1_000, 2**63, -1))
        return -1 if random.randrange(_WRONG_ONE_IN) == 0 else random.choice(_GAS)

    def _number(self, method: Method, param: Param) -> int:
        random = self._random
        kind = param.kind
        if kind in (Kind.WORD_IN, Kind.LATE_WORD_IN):
            return _WORDS + _OVERLAP * random.randrange(self._slots)
        if kind in OUTPUTS or kind is Kind.LATE_ADDRESS_OUT:
            return random.choice((_FREE, _FREE + 40, _FREE + 90, _WORDS, _WORDS + 8))
        if kind is Kind.I32:
            return self._plain_number(method, param)
        if kind is Kind.ADDRESS_IN:
            return _ADDRESSES + 32 * random.choice((0, 0, 1, 1, 2, 3, 4))
        some = (_WORDS, _WORDS + 3, _ADDRESSES)
        amounts = (_FREE + 2_048, _FREE + 2_048, _WORDS + 8)
        return random.choice(amounts if kind is Kind.U128_IN else some)

    def _plain_number(self, method: Method, param: Param) -> int:
        random = self._random
        if param.name == "numberOfTopics":
            return random.choice((0, 1, 2, 3, 4, 4, 5 if random.random() < 0.1 else 1))
        if param.name == "dataLength" and random.random() < 0.7:
            return 100
        if param.name.endswith("ength"):
            long = random.random() < (0.1 if method.name in ("log", "finish", "revert") else 0.03)
            return random.choice(_LONG if long else _LENGTHS)
        return random.choice((0, 0, 0, 0, 1, 4))  # where a copy begins


def _repeated(turns: int, lines: list[str]) -> str:
    step = "(local.set $turn (i32.add (local.get $turn) (i32.const 1)))"
    again = f"(br_if $again (i32.lt_u (local.get $turn) (i32.const {turns})))"
    # With another key at each turn: the bytes of the counter are part of the word.
    mark = f"(i32.store (i32.const {_WORDS + 4}) (local.get $turn))"
    return f"(loop $again {mark} {' '.join(lines)} {step} {again})"


def _escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)
