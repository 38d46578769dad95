"""What the cache of compiled contracts keeps."""

from __future__ import annotations

from evm_wasm.primitives.keccak import keccak256
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.vm.contract import MOST_CONTRACTS, ContractCache
from injector import load_schedule


def test_the_least_recently_used_go_when_there_are_too_many() -> None:
    cache = ContractCache(load_schedule("particles"), BYZANTIUM.limits)
    codes = [b"code %d" % number for number in range(MOST_CONTRACTS)]
    first, second, *_ = [cache.load(code, keccak256(code)) for code in codes]
    assert cache.load(codes[0], keccak256(codes[0])) is first
    cache.load(b"more", keccak256(b"more"))
    assert cache.load(codes[0], keccak256(codes[0])) is first
    assert cache.load(codes[1], keccak256(codes[1])) is not second
