"""The collector of cycles does not look through what a node keeps."""

from __future__ import annotations

import gc

from evm_wasm.devnet import Devnet
from evm_wasm.rpc.collecting import BLOCKS, kept_objects_spared


def test_what_is_kept_is_shelved_as_blocks_come_and_put_back_at_the_end() -> None:
    with Devnet() as net:
        with kept_objects_spared(net):
            net.mine()
            first = gc.get_freeze_count()
            assert first > 0
            net.mine(BLOCKS - 1)
            assert gc.get_freeze_count() <= first
            net.mine()
            assert gc.get_freeze_count() > first + BLOCKS
        assert gc.get_freeze_count() == 0
        net.mine(BLOCKS)
        assert gc.get_freeze_count() == 0


def test_what_is_shelved_is_freed_when_nobody_refers_to_it() -> None:
    with Devnet() as net, kept_objects_spared(net):
        net.mine(BLOCKS + 1)
        kept = gc.get_freeze_count()
        net.rollback(BLOCKS)
        net.mine(1)
        assert gc.get_freeze_count() < kept - BLOCKS
