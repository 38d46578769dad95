"""The table of methods: complete, consistent, documented; and no input makes it fail badly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evm_wasm.cli import node_docs
from evm_wasm.rpc import docs
from evm_wasm.rpc.spec import Presence
from evm_wasm.rpc.table import METHODS, TABLE

CALLED_BY_CLIENTS = """
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
ewasm_moduleInfo ewasm_instrument
""".split()


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


ADDRESSES = st.sampled_from(
    ["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "0x" + "11" * 20, "0x" + "00" * 20]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-3, max_value=40),
    st.sampled_from([2**63, 2**64, 2**256, -(2**70)]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["latest", "pending", "earliest", "safe", "finalized", "0x", "0x0", "0x1"]),
    st.sampled_from(["0xzz", "0x1" + "0" * 70, "-0x1", "1", "0x0061736d01000000", "newHeads"]),
    ADDRESSES,
    st.text(max_size=6),
)
NAMES = st.sampled_from(
    "from to value data input gas gasPrice maxFeePerGas nonce type accessList chainId blockHash "
    "blockNumber fromBlock toBlock address topics tracer tracerConfig state stateDiff balance code "
    "blocks timestamp types primaryType domain message".split()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(NAMES, ADDRESSES), inner, max_size=4)
    ),
    max_leaves=8,
)

# Each makes as many blocks as it is told; the others read or change a little.
LONG = {"anvil_mine", "evm_mine", "evm_mine_detailed"}


@pytest.mark.parametrize(
    "method", [method for method in METHODS if method.name not in LONG], ids=lambda one: one.name
)
def test_no_parameters_find_a_bug(method, rpc):
    @settings(max_examples=25)
    @given(params=st.lists(VALUES, min_size=method.required, max_size=len(method.params)))
    def run(params):
        answer = rpc.send(json.dumps(rpc.request(method.name, *params)))
        assert "result" in answer or "an error in ewasm itself" not in answer["error"]["message"]

    run()
