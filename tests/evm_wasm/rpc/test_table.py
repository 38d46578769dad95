"""The table of methods: complete, consistent, documented."""

from __future__ import annotations

import pytest

from evm_wasm.cli import node_docs
from evm_wasm.rpc import docs
from evm_wasm.rpc.spec import Presence
from evm_wasm.rpc.table import METHODS, TABLE

_CALLED = """
web3_clientVersion eth_chainId eth_blockNumber eth_accounts eth_getBlockByNumber eth_getBalance
eth_getTransactionCount eth_gasPrice eth_maxPriorityFeePerGas eth_feeHistory eth_estimateGas eth_call
eth_sendTransaction eth_sendRawTransaction eth_getTransactionByHash eth_getTransactionReceipt
eth_getLogs eth_newFilter eth_getFilterChanges eth_getFilterLogs eth_uninstallFilter
eth_fillTransaction eth_getAccountInfo anvil_nodeInfo
eth_getBlockByHash eth_getBlockReceipts eth_getCode eth_getStorageAt eth_getProof eth_syncing
eth_coinbase eth_newBlockFilter eth_newPendingTransactionFilter eth_subscribe eth_unsubscribe
eth_sign eth_signTransaction eth_signTypedData_v4 personal_sign eth_createAccessList
eth_getRawTransactionByHash eth_sendTransactionSync eth_sendRawTransactionSync eth_blobBaseFee
net_version net_listening web3_sha3 rpc_modules
evm_snapshot evm_revert evm_increaseTime evm_mine evm_setNextBlockTimestamp evm_setAutomine
evm_setIntervalMining evm_setBlockGasLimit evm_setTime anvil_setBalance hardhat_setBalance
anvil_setCode hardhat_setCode anvil_setNonce hardhat_setNonce anvil_setStorageAt
hardhat_setStorageAt anvil_impersonateAccount hardhat_impersonateAccount
anvil_stopImpersonatingAccount hardhat_stopImpersonatingAccount anvil_autoImpersonateAccount
anvil_dumpState anvil_loadState anvil_mine hardhat_mine anvil_reset hardhat_reset anvil_metadata
hardhat_metadata anvil_dropTransaction hardhat_dropTransaction anvil_setCoinbase
hardhat_setCoinbase anvil_setNextBlockBaseFeePerGas hardhat_setNextBlockBaseFeePerGas
anvil_setLoggingEnabled hardhat_setLoggingEnabled txpool_status txpool_content txpool_inspect
debug_traceTransaction debug_traceCall debug_traceBlockByNumber debug_traceBlockByHash
ewasm_moduleInfo ewasm_instrument ewasm_gasByFunction
"""
CALLED_BY_CLIENTS = _CALLED.split()


@pytest.mark.parametrize("name", CALLED_BY_CLIENTS)
def test_what_clients_call_is_there(name):
    assert name in TABLE


def test_no_name_stands_twice():
    names = [name for method in METHODS for name in (method.name, *method.aliases)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_required_parameters_come_first(method):
    presences = [param.presence for param in method.params]
    assert presences == sorted(presences, key=lambda one: one is Presence.OPTIONAL)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_each_method_has_a_sentence(method):
    assert method.doc.endswith((".", "?"))
    assert "|" not in method.doc


def test_the_documents_are_in_step():
    assert docs.FILE.read_text() == docs.to_markdown(), "run python -m evm_wasm.rpc.docs"
    assert node_docs.FILE.read_text() == node_docs.to_markdown(), (
        "run python -m evm_wasm.cli.node_docs"
    )
