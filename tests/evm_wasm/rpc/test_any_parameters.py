"""Whatever parameters a method gets: a result or an error of its own, never a bug of ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evm_wasm.rpc.table import METHODS

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
_NAMES = (
    "from to value data input gas gasPrice maxFeePerGas nonce type accessList chainId blockHash "
    "blockNumber fromBlock toBlock address topics tracer tracerConfig state stateDiff balance code "
    "blocks timestamp types primaryType domain message"
)
NAMES = st.sampled_from(_NAMES.split())
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
