"""Fees: what is suggested, and what was paid."""

from __future__ import annotations

import pytest
from devnet_scenes import GWEI, STRANGER, signed

from evm_wasm.devnet import LATEST, PENDING, Devnet, DevnetConfig
from evm_wasm.devnet.errors import UnknownBlock
from evm_wasm.errors import InputError


def base_fee(devnet: Devnet, number: int) -> int | None:
    block = devnet.block(number)
    return None if block is None else block.header.base_fee_per_gas


def test_the_first_suggestions_are_those_of_anvil(net: Devnet) -> None:
    assert (net.fees.gas_price(), net.fees.max_priority_fee()) == (2 * GWEI, GWEI)
    net.mine()
    assert base_fee(net, 0) == base_fee(net, 1) == GWEI
    assert net.fees.next_base_fee() == GWEI * 7 // 8


def test_a_base_fee_can_be_set_for_one_block(net: Devnet) -> None:
    net.mine()
    net.settings.next_base_fee = 16
    assert net.fees.gas_price() == GWEI + 16
    net.mine(2)
    assert (base_fee(net, 2), base_fee(net, 3)) == (16, 14)


def test_a_history(net: Devnet) -> None:
    tips = (3, 1, 2, 2)
    sent = [signed(net, account=n, tip=tip * GWEI) for n, tip in enumerate(tips)]
    net.send_raw_batch(each.raw for each in sent)
    net.mine()
    history = net.fees.history(5, LATEST, [0, 2_500, 5_000, 7_500, 7_501, 10_000])
    assert history.oldest_block == 0
    assert history.base_fees == (*(base_fee(net, n) for n in range(3)), net.fees.next_base_fee())
    assert history.gas_used == ((0, 100_000_000), (84_000, 100_000_000), (0, 100_000_000))
    assert history.rewards is not None
    assert history.rewards[1] == tuple(GWEI * tip for tip in (1, 1, 2, 2, 3, 3))
    assert history.rewards[2] == (0,) * 6
    older = net.fees.history(1, 0)
    assert (older.base_fees, older.rewards) == ((GWEI, GWEI), None)
    assert net.fees.history(2, PENDING).oldest_block == 1
    assert net.fees.history(0, LATEST).gas_used == ()


@pytest.mark.parametrize("percentiles", [[1, 0], [-1], [10_001], [0] * 101])
def test_other_percentiles_are_refused(net: Devnet, percentiles: list[int]) -> None:
    with pytest.raises(InputError, match="percentiles"):
        net.fees.history(1, LATEST, percentiles)


def test_unknown_blocks_have_no_history(net: Devnet) -> None:
    with pytest.raises(UnknownBlock):
        net.fees.history(1, 7)


def test_settings_of_the_start() -> None:
    devnet = Devnet(DevnetConfig(base_fee=5, gas_limit=30_000_000, coinbase=STRANGER))
    sent = devnet.transact(devnet.accounts[1].address, value=1)
    header = sent.block.header
    assert (header.base_fee_per_gas, header.gas_limit, header.coinbase) == (
        5,
        30_000_000,
        STRANGER,
    )
    assert devnet.balance(STRANGER) == 21_000 * GWEI
    info = devnet.info()
    assert (info.chain_id, info.fork, info.is_automining) == (31_337, "Devnet", True)
