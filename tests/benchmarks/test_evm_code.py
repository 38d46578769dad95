"""The EVM code that contracts are compared with does what it says, malformed input included."""

from __future__ import annotations

import random

import pytest
from eth_abi import encode
from precompile_calls import word
from py_ecc import optimized_bn128 as bn

from benchmarks.contract_machines import EVM, runtime
from evm_wasm.primitives.keccak import keccak256

PLACE = "0x" + "22" * 20
OWNER, FRIEND, OTHER = ("0x" + digit * 40 for digit in "135")
INFINITE = 2**256 - 1


class EvmContract:
    """EVM code on revm."""

    def __init__(self, name):
        pyrevm = pytest.importorskip("pyrevm", reason="no pyrevm for this Python")
        self.machine = pyrevm.EVM(spec_id="LONDON")
        self.machine.insert_account_info(PLACE, pyrevm.AccountInfo(code=runtime(name)))

    def call(self, data, caller=OWNER):
        """Its output; None where it fails."""
        try:
            return bytes(
                self.machine.message_call(caller=caller, to=PLACE, calldata=data, gas=10**12)
            )
        except RuntimeError:
            return None

    def logs(self):
        return [log.data for log in self.machine.result.logs]


def test_every_code_has_a_source_and_a_line_in_the_readme():
    names = {path.stem for path in EVM.glob("*.hex")}
    assert names == {path.stem for path in EVM.glob("*.yul")}
    readme = (EVM / "README.md").read_text()
    assert {name for name in names if f"`{name}`" in readme} == names


def modexp_data(base, exponent, modulus, lengths):
    numbers = (base, exponent, modulus)
    return b"".join(map(word, lengths)) + b"".join(
        number.to_bytes(length) for number, length in zip(numbers, lengths, strict=True)
    )


def test_long_modexp_is_pow():
    contract, source = EvmContract("modexp_long"), random.Random(1)
    for length in (1, 31, 32, 33, 64, 100, 256):
        for _ in range(4):
            lengths = (source.randrange(length + 1), source.choice([0, 1, 2, 9]), length)
            base, exponent, modulus = (
                source.choice([source.getrandbits(8 * size), (1 << 8 * size) - 1])
                for size in lengths
            )
            modulus |= 1
            data = modexp_data(base, exponent, modulus, lengths)
            assert contract.call(data) == pow(base, exponent, modulus).to_bytes(length)


def test_long_modexp_by_one_is_zero():
    contract = EvmContract("modexp_long")
    assert contract.call(modexp_data(5, 0, 1, (1, 1, 1))) == b"\0"
    assert contract.call(modexp_data(5, 3, 1, (40, 1, 40))) == bytes(40)


def test_long_modexp_refuses_even_and_short_moduli():
    contract = EvmContract("modexp_long")
    assert contract.call(modexp_data(5, 3, 8, (1, 1, 1))) is None
    assert contract.call(modexp_data(5, 3, 7, (2, 1, 1))) is None


def first(point):
    if bn.is_inf(point):
        return bytes(64)
    return b"".join(word(int(part)) for part in bn.normalize(point))


def second(point):
    if bn.is_inf(point):
        return bytes(128)
    return b"".join(word(int(c)) for part in bn.normalize(point) for c in part.coeffs[::-1])


def test_pairing_says_whether_products_are_one():
    contract, source = EvmContract("bn254_pairing"), random.Random(1)
    a, b = (source.randrange(1, bn.curve_order) for _ in range(2))
    one, two = bn.multiply(bn.G1, a), bn.multiply(bn.G2, b)
    both = bn.multiply(bn.G1, bn.curve_order - a * b % bn.curve_order)
    nothing = bytes(64), bytes(128)
    for pairs, wanted in (
        ([], True),
        ([(first(one), second(two))], False),
        ([(first(one), second(two)), (first(bn.neg(one)), second(two))], True),
        ([(first(one), second(two)), (first(both), second(bn.G2))], True),
        ([(first(one), second(two)), (first(one), second(bn.G2))], False),
        ([(nothing[0], second(two)), (first(one), nothing[1]), nothing], True),
        ([nothing, (first(one), second(two))], False),
    ):
        assert contract.call(b"".join(map(b"".join, pairs))) == word(int(wanted))


def test_pairing_is_that_of_py_ecc():
    contract = EvmContract("bn254_pairing")
    triple = bn.multiply(bn.G1, 3)
    pairs = [
        (bn.multiply(bn.G1, 5), bn.G2),
        (triple, bn.neg(bn.G2)),
        (bn.neg(bn.double(bn.G1)), bn.G2),
    ]
    product = bn.FQ12.one()
    for one, two in pairs:
        product *= bn.pairing(two, one)
    assert product == bn.FQ12.one()
    assert contract.call(b"".join(first(one) + second(two) for one, two in pairs)) == word(1)


def test_pairing_refuses_malformed_input():
    contract = EvmContract("bn254_pairing")
    good = first(bn.G1) + second(bn.G2)
    p = bn.field_modulus
    on_the_twist = off_the_group()
    assert contract.call(good) == word(0)
    for data in (
        good[:-1],
        good + bytes(1),
        word(1) + word(3) + good[64:],
        word(1 + p) + good[32:],
        good[:-32] + word(5),
        good[:64] + word(p) + good[96:],
        good[:64] + on_the_twist,
        bytes(64) + on_the_twist,
    ):
        assert contract.call(data) is None


def off_the_group():
    """A point of the twist whose order is not the group's."""
    x = 0
    while True:
        x += 1
        left = bn.FQ2([x, 0])
        square = left * left * left + bn.b2
        # A square root where the field has 17 elements modulo 32: one of 16 roots of one is missing.
        root = square ** ((bn.field_modulus**2 + 15) // 32)
        for _ in range(16):
            if root * root == square:
                point = (left, root, bn.FQ2.one())
                assert bn.is_on_curve(point, bn.b2)
                if not bn.is_inf(bn.multiply(point, bn.curve_order)):
                    return second(point)
            root *= bn.FQ2([9, 1]) ** ((bn.field_modulus**2 - 1) // 32)


def entry(slot, *keys):
    """The slot of an entry of a mapping, as Solidity has it."""
    place = word(slot)
    for key in keys:
        place = keccak256(bytes.fromhex(key[2:]).rjust(32, b"\0") + place)
    return int.from_bytes(place)


def call_data(signature, *values):
    kinds = signature[signature.index("(") + 1 : -1]
    return keccak256(signature.encode())[:4] + encode(kinds.split(",") if kinds else [], values)


@pytest.fixture
def token():
    contract = EvmContract("erc20")
    contract.machine.insert_account_storage(PLACE, 0, 1_000)
    contract.machine.insert_account_storage(PLACE, entry(1, OWNER), 1_000)
    return contract


def topic(address):
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def balance(token, owner):
    return int.from_bytes(token.call(call_data("balanceOf(address)", owner)))


def test_erc20_tells_what_it_is(token):
    assert token.call(call_data("name()")) == encode(["string"], ["Sample Token"])
    assert token.call(call_data("symbol()")) == encode(["string"], ["SAMPLE"])
    assert token.call(call_data("decimals()")) == word(18)
    assert token.call(call_data("totalSupply()")) == word(1_000)


def test_erc20_transfers(token):
    assert token.call(call_data("transfer(address,uint256)", FRIEND, 30)) == word(1)
    transfer = keccak256(b"Transfer(address,address,uint256)")
    assert token.logs() == [([transfer, topic(OWNER), topic(FRIEND)], word(30))]
    assert (balance(token, OWNER), balance(token, FRIEND)) == (970, 30)
    assert token.call(call_data("transfer(address,uint256)", OWNER, 970)) == word(1)
    assert balance(token, OWNER) == 970
    assert token.call(call_data("transfer(address,uint256)", FRIEND, 971)) is None
    assert token.call(call_data("transfer(address,uint256)", "0x" + "00" * 20, 1)) is None


def test_erc20_allowances(token):
    spend = call_data("transferFrom(address,address,uint256)", OWNER, OTHER, 40)
    assert token.call(spend, FRIEND) is None
    assert token.call(call_data("approve(address,uint256)", FRIEND, 50)) == word(1)
    approval = keccak256(b"Approval(address,address,uint256)")
    assert token.logs() == [([approval, topic(OWNER), topic(FRIEND)], word(50))]
    assert token.call(spend, FRIEND) == word(1)
    allowance = call_data("allowance(address,address)", OWNER, FRIEND)
    assert token.call(allowance) == word(10)
    assert token.machine.storage(PLACE, entry(2, OWNER, FRIEND)) == 10
    assert token.call(spend, FRIEND) is None
    token.call(call_data("approve(address,uint256)", FRIEND, INFINITE))
    assert token.call(spend, FRIEND) == word(1)
    assert token.call(allowance) == word(INFINITE)
    assert balance(token, OTHER) == 80


def test_erc20_refuses_malformed_calls(token):
    transfer = call_data("transfer(address,uint256)", FRIEND, 1)
    for data in (b"", transfer[:3], transfer[:-1], transfer[:4] + b"\1" + transfer[5:], bytes(68)):
        assert token.call(data) is None
