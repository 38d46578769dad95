"""The old world: what solc 0.8.20, the last with eWASM output, makes of Solidity.

Its init module carries the contract as a custom section and copies it out of its own code. With our
list of optimizer steps the contract is valid; with the default ones its globals have type i32 where
code stores i64, which shows at the deployment. What solc gets wrong inside of valid modules (mappings
end in `unreachable`, as it has no keccak256; shifts by 0 mix the parts of large numbers) is its own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from compilers import solc_program
from eth_abi.abi import decode, encode
from eth_utils.abi import function_signature_to_4byte_selector

import injector
from evm_wasm.devnet import CallRequest, Devnet
from evm_wasm.devnet.errors import ExecutionFailed, ExecutionReverted
from evm_wasm.model.message import HaltReason, Status
from evm_wasm.primitives.types import Address

FOLDER = Path(__file__).parent
SOURCE = FOLDER / "Store.sol"
VALID = FOLDER / "store.wasm"
INVALID_INIT = FOLDER / "store_default.wasm"
INVALID_CONTRACT = FOLDER / "plain_default.wasm"

STEPS = "dhfoDgvulfnTUtnIfxa[r]EscLMcCTUtTOntnfDIulLculjmul[jul]VcTOculjmul:"
"""Optimizer steps of Yul that lead to a valid module."""

WITH_STEPS = {"enabled": True, "details": {"yul": True, "yulDetails": {"optimizerSteps": STEPS}}}
BY_DEFAULT = {"enabled": True}

MODULES = {
    VALID: ("Store", WITH_STEPS),
    INVALID_INIT: ("Store", BY_DEFAULT),
    INVALID_CONTRACT: ("Plain", BY_DEFAULT),
}
"""Committed module -> contract and optimizer."""


def compile_solidity(contract: str, optimizer: object, tmp_path: Path) -> bytes:
    """The init module. solc ends before a pipe has taken its output, so that goes into a file."""
    settings = {
        "optimizer": optimizer,
        "outputSelection": {"*": {"*": ["ewasm.wast", "ewasm.wasm"]}},
    }
    sources = {SOURCE.name: {"content": SOURCE.read_text()}}
    question = {"language": "Solidity", "sources": sources, "settings": settings}
    output = tmp_path / "output.json"
    with output.open("w") as file:
        command = [solc_program(), "--standard-json"]
        subprocess.run(command, input=json.dumps(question), stdout=file, text=True, check=True)
    text = output.read_text()
    answer = json.loads(text[text.index("{") :])
    assert "errors" not in answer
    return bytes.fromhex(answer["contracts"][SOURCE.name][contract]["ewasm"]["wasm"])


def call_data(signature: str, *numbers: int) -> bytes:
    selector = function_signature_to_4byte_selector(signature)
    return selector + encode(["uint256"] * len(numbers), numbers)


@pytest.fixture(scope="module")
def chain() -> Iterator[Devnet]:
    with Devnet() as devnet:
        yield devnet


@pytest.fixture(scope="module")
def store(chain: Devnet) -> Address:
    return chain.deploy(VALID.read_bytes())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_committed_modules_are_what_solc_makes(path: Path, tmp_path: Path) -> None:
    assert compile_solidity(*MODULES[path], tmp_path) == path.read_bytes()


@pytest.mark.parametrize("path", [VALID, INVALID_CONTRACT], ids=lambda path: path.stem)
def test_a_valid_init_module_is_accepted(path: Path) -> None:
    assert injector.check(path.read_bytes()) == ()


@pytest.mark.parametrize("path", [INVALID_INIT, INVALID_CONTRACT], ids=lambda path: path.stem)
def test_an_invalid_module_is_refused_with_the_reason(chain: Devnet, path: Path) -> None:
    with pytest.raises(ExecutionFailed) as caught:
        chain.deploy(path.read_bytes())
    assert caught.value.halt is HaltReason.INVALID_CONTRACT
    assert "local.set: invalid: i32 where i64 is needed" in str(caught.value)


def test_the_command_says_why_before_anything_is_sent() -> None:
    (finding,) = injector.check(INVALID_INIT.read_bytes())
    assert (finding.found, finding.reason) == ("local.set", "invalid: i32 where i64 is needed")


def test_the_contract_in_the_custom_section_is_deployed_as_it_is(
    chain: Devnet, store: Address
) -> None:
    code = chain.code(store)
    assert code in VALID.read_bytes()
    assert injector.check(code) == ()


@pytest.mark.parametrize(
    ("signature", "numbers", "value", "kind", "result"),
    [
        ("sum(uint256)", (10,), 0, "uint256", 55),
        ("sum(uint256)", (0,), 0, "uint256", 0),
        ("pay()", (), 77, "uint256", 77),
        ("title()", (), 0, "string", "the old world"),
    ],
)
def test_functions_without_state_work(
    chain: Devnet,
    store: Address,
    signature: str,
    numbers: tuple[int, ...],
    value: int,
    kind: str,
    result: object,
) -> None:
    output = chain.call(CallRequest(to=store, data=call_data(signature, *numbers), value=value))
    assert decode([kind], output) == (result,)


def test_a_block_field_is_read(chain: Devnet, store: Address) -> None:
    output = chain.call(CallRequest(to=store, data=call_data("height()")))
    assert decode(["uint256"], output) == (chain.block_number(),)


def test_storage_the_caller_and_an_event_work(chain: Devnet, store: Address) -> None:
    done = chain.transact(store, call_data("set(uint256)", 5))
    assert done.receipt.status is Status.SUCCESS
    (log,) = done.receipt.logs
    assert (log.topics, int.from_bytes(log.data, "big")) == ((), 5)
    output = chain.call(CallRequest(to=store, data=call_data("value()")))
    assert decode(["uint256"], output) == (5,)


def test_whoever_is_not_the_owner_is_told_why(chain: Devnet, store: Address) -> None:
    request = CallRequest(
        sender=chain.accounts[1].address, to=store, data=call_data("set(uint256)", 6)
    )
    with pytest.raises(ExecutionReverted, match="not the owner"):
        chain.call(request)


def test_a_mapping_ends_in_the_trap_that_solc_wrote(chain: Devnet, store: Address) -> None:
    with pytest.raises(ExecutionFailed, match="unreachable"):
        chain.call(CallRequest(to=store, data=call_data("marks(address)", 5)))


def test_a_function_that_takes_no_ether_reverts_with_it(chain: Devnet, store: Address) -> None:
    with pytest.raises(ExecutionReverted):
        chain.call(CallRequest(to=store, data=call_data("title()"), value=1))
