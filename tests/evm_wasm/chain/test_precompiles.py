"""The genesis installs the precompile contracts, and transactions call them."""

from __future__ import annotations

import hashlib

import pytest
from precompile_calls import WASM

from evm_wasm.chain.precompiles import (
    BLAKE2F_TEXT,
    BY_NAME,
    PRECOMPILES,
    install_precompiles,
    precompile_code,
)
from evm_wasm.devnet import CallRequest, Devnet, DevnetConfig
from evm_wasm.errors import InputError
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.state.change import AccountChange
from evm_wasm.state.world import WorldState


def test_every_module_has_an_address_of_its_own():
    assert {precompile.name for precompile in PRECOMPILES} == {path.stem for path in WASM.iterdir()}
    assert len({precompile.address for precompile in PRECOMPILES}) == len(PRECOMPILES)
    assert [int.from_bytes(p.address) for p in PRECOMPILES[:9]] == list(range(1, 10))
    assert BY_NAME["blake2f"].address == keccak256(BLAKE2F_TEXT)[12:]


def test_accounts_keep_what_they_have():
    address = BY_NAME["sha256"].address
    before = WorldState.EMPTY.apply({address: AccountChange(nonce=3, balance=7)})
    world = install_precompiles(before)
    account = world.account(address)
    assert (account.nonce, account.balance) == (3, 7)
    assert world.code(account.code_hash) == precompile_code(BY_NAME["sha256"])
    assert install_precompiles(world).root == world.root


def test_other_code_at_an_address_is_refused():
    address = BY_NAME["sha256"].address
    world = WorldState.EMPTY.apply({address: AccountChange(nonce=0, balance=0, code=b"\0asm")})
    with pytest.raises(InputError, match=r"0x0+2 has code; the precompile sha256"):
        install_precompiles(world)


def hashed(devnet):
    request = CallRequest(to=BY_NAME["sha256"].address, data=b"abc")
    return devnet.call(request)


def test_a_devnet_has_them_if_asked():
    with Devnet(DevnetConfig(precompiles=True)) as devnet:
        assert hashed(devnet) == hashlib.sha256(b"abc").digest()


def test_a_devnet_has_empty_accounts_otherwise():
    with Devnet() as devnet:
        assert hashed(devnet) == b""
