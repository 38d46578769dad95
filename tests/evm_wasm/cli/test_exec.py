"""`ewasm exec` where all goes well, and where a contract does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import (
    ALICE,
    BOB,
    CALLER,
    COUNTER,
    DEPLOYED,
    INSTALLED,
    TOKEN,
    TOKEN_DEPLOY,
    Ewasm,
)

FINISH = '(import "ethereum" "finish" (func $finish (param i32 i32)))'


@pytest.fixture
def chain(ewasm: Ewasm, tmp_path: Path) -> Path:
    """A state file with the token of ALICE in it."""
    state = tmp_path / "chain.json"
    assert ewasm("exec", TOKEN_DEPLOY, "--deploy", "--state", state, "--save").code == 0
    return state


def test_counter_is_installed_and_called(ewasm: Ewasm) -> None:
    done = ewasm("exec", COUNTER, "--call", "increment()")
    assert done.code == 0
    assert done.err == ""
    assert done.out.splitlines()[0] == "status      success"
    assert f"storage     of {INSTALLED}\n            0x0: 0x0 -> 0x1\n" in done.out


def test_output_has_no_colour_when_it_is_no_terminal(ewasm: Ewasm) -> None:
    assert "\x1b" not in ewasm("exec", COUNTER, "--call", "increment()").out


def test_a_result_type_decodes_the_output(ewasm: Ewasm, chain: Path) -> None:
    done = ewasm("exec", DEPLOYED, "--call", "totalSupply()(uint64)", "--state", chain)
    assert "decoded     1000000\n" in done.out


def test_the_token_moves_and_the_saved_state_shows_it(ewasm: Ewasm, chain: Path) -> None:
    transfer = ("--call", "transfer(address,uint64)", BOB, "1000")
    moved = ewasm("exec", DEPLOYED, *transfer, "--state", chain, "--save", "--json").json
    assert moved["status"] == "success"
    assert moved["logs"] == [
        {
            "address": DEPLOYED,
            "topics": [
                "0x831ac82b07fb396dafef0077cea6e002235d88e63f35cbd5df2c065107f1e74a",
                "0x" + ALICE[2:].zfill(64),
                "0x" + BOB[2:].zfill(64),
            ],
            "data": "0x" + f"{1000:064x}",
        }
    ]
    balance = ("--call", "balanceOf(address)(uint64)")
    for owner, units in ((ALICE, "999000"), (BOB, "1000")):
        read = ewasm("exec", DEPLOYED, *balance, owner, "--state", chain, "--json").json
        assert read["decoded"] == [units]


def test_without_save_the_file_stays_as_it_is(ewasm: Ewasm, chain: Path) -> None:
    before = chain.read_bytes()
    ewasm("exec", DEPLOYED, "--call", "transfer(address,uint64)", BOB, "1", "--state", chain)
    assert chain.read_bytes() == before


def test_a_saved_state_keeps_what_else_a_genesis_file_has(ewasm: Ewasm, tmp_path: Path) -> None:
    state = tmp_path / "genesis.json"
    state.write_text(json.dumps({"config": {"chainId": 7}, "alloc": {ALICE: {"balance": "5"}}}))
    assert ewasm("exec", COUNTER, "--call", "increment()", "--state", state, "--save").code == 0
    saved = json.loads(state.read_text())
    assert saved["config"] == {"chainId": 7}
    assert saved["alloc"][INSTALLED]["storage"] == {"0x00": "0x01"}
    assert saved["alloc"][ALICE] == {"balance": "0x5", "nonce": "0x1"}


def test_json_has_every_member_always(ewasm: Ewasm) -> None:
    done = ewasm("exec", TOKEN_DEPLOY, "--deploy", "--json")
    assert done.out.count("\n") == 1
    assert list(done.json) == [
        "status",
        "from",
        "to",
        "created",
        "returnData",
        "decoded",
        "decodeError",
        "revertReason",
        "failure",
        "detail",
        "gasUsed",
        "gasLimit",
        "gas",
        "logs",
        "storage",
        "stateRoot",
        "schedule",
        "fork",
    ]
    assert list(done.json["gas"]) == [
        "particlesPerGas",
        "intrinsic",
        "instructions",
        "eei",
        "deposit",
        "burned",
        "refundGas",
    ]
    assert done.json["created"] == DEPLOYED
    assert done.json["to"] is None


@pytest.mark.parametrize("schedule", ["particles", "unit", "none", "fuel"])
def test_the_parts_of_the_gas_add_up(ewasm: Ewasm, chain: Path, schedule: str) -> None:
    call = ("--call", "transfer(address,uint64)", BOB, "1", "--schedule", schedule)
    result = ewasm("exec", DEPLOYED, *call, "--state", chain, "--json").json
    gas = {name: int(amount, 16) for name, amount in result["gas"].items()}
    scale, refund = gas.pop("particlesPerGas"), gas.pop("refundGas")
    assert int(result["gasUsed"], 16) == -(-sum(gas.values()) // scale) - refund
    assert (gas["instructions"] == 0) == (schedule == "none")
    # The selector has four bytes that are not zero, the address two, the amount one.
    assert gas["intrinsic"] == (21_000 + 68 * 7 + 4 * 61) * scale


def test_a_schedule_of_ones_own_is_charged_whatever_its_name(ewasm: Ewasm, tmp_path: Path) -> None:
    prices = json.loads((Path(__file__).parents[3] / "injector" / "prices.json").read_text())
    own = tmp_path / "own.json"
    own.write_text(json.dumps({**prices["unit"], "name": "none"}))
    call = ("exec", COUNTER, "--call", "increment()", "--json", "--schedule")
    assert ewasm(*call, own).json["gas"] == ewasm(*call, "unit").json["gas"]


def test_a_revert_is_exit_code_1_with_its_reason(ewasm: Ewasm) -> None:
    call = ("exec", TOKEN, "--call", "transfer(address,uint64)", BOB, "5")
    done = ewasm(*call)
    assert done.code == 1
    assert 'status      reverted\nreason      "insufficient balance"\n' in done.out
    assert ewasm(*call, "--json").json["revertReason"] == "insufficient balance"


def test_a_panic_code_is_told_in_words(ewasm: Ewasm, wat) -> None:
    contract = wat(
        "(call $revert (i32.const 0) (i32.const 36))",
        '(import "ethereum" "revert" (func $revert (param i32 i32)))'
        ' (data (i32.const 0) "\\4e\\48\\7b\\71") (data (i32.const 35) "\\12")',
    )
    assert 'reason      "panic 0x12: division by zero"\n' in ewasm("exec", contract).out


def test_a_trap_is_exit_code_1_and_burns_all(ewasm: Ewasm, wat) -> None:
    done = ewasm("exec", wat("unreachable"), "--gas", "50000")
    assert done.code == 1
    assert done.out.startswith("status      failed: wasm trap: wasm `unreachable` instruction")
    assert "gas used    50,000 of 50,000\n" in done.out


def test_output_that_does_not_decode_is_told_and_no_error(ewasm: Ewasm, chain: Path) -> None:
    done = ewasm("exec", DEPLOYED, "--call", "totalSupply()(string)", "--state", chain)
    assert done.code == 0
    assert "decoded     not possible: " in done.out


def test_raw_input_reaches_the_contract(ewasm: Ewasm, chain: Path) -> None:
    supply = "03" + DEPLOYED[2:] + "00000000000186a0" + "00" * 16 + "18160ddd"
    done = ewasm("exec", CALLER, "--input", "0x" + supply, "--state", chain, "--json").json
    assert done["returnData"] == f"0x{1_000_000:064x}"


def test_value_moves_and_fees_are_paid(ewasm: Ewasm, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(json.dumps({ALICE: {"balance": str(10**18)}}))
    sent = ("--value", "5gwei", "--gas", "21000", "--gas-price", "2")
    done = ewasm("exec", BOB, *sent, "--state", state, "--save")
    assert done.code == 0
    assert "note        the account has no code: only the value moved\n" in done.out
    accounts = json.loads(state.read_text())
    assert int(accounts[BOB]["balance"], 16) == 5 * 10**9
    assert int(accounts[ALICE]["balance"], 16) == 10**18 - 5 * 10**9 - 42_000


def test_a_file_may_be_installed_elsewhere_and_again(ewasm: Ewasm, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    call = ("exec", COUNTER, "--call", "increment()", "--to", BOB, "--state", state, "--save")
    assert ewasm(*call).code == 0
    assert "0x0: 0x1 -> 0x2\n" in ewasm(*call).out


def test_code_is_not_replaced(ewasm: Ewasm, chain: Path) -> None:
    before = chain.read_bytes()
    done = ewasm("exec", COUNTER, "--to", DEPLOYED, "--state", chain, "--save")
    assert done.code == 2
    assert done.error.startswith(f"--to {DEPLOYED}: this account has other code; ")
    assert chain.read_bytes() == before


def test_a_failed_transaction_counts(ewasm: Ewasm, chain: Path) -> None:
    """The nonce and the fee of a reverted transaction are part of the state."""
    before = json.loads(chain.read_text())[ALICE]
    call = ("--call", "transfer(address,uint64)", BOB, "1000001", "--state", chain, "--save")
    assert ewasm("exec", DEPLOYED, *call).code == 1
    after = json.loads(chain.read_text())[ALICE]
    assert int(after["nonce"], 16) == int(before["nonce"], 16) + 1


def test_init_code_without_result_is_noted(ewasm: Ewasm, wat) -> None:
    done = ewasm("exec", wat("nop"), "--deploy")
    assert done.code == 0
    assert "note        the init code returned no code: " in done.out


def test_contracts_come_from_standard_input_too(ewasm: Ewasm) -> None:
    wasm = ewasm("exec", "-", "--call", "increment()", stdin=Path(COUNTER).read_bytes())
    text = Path(COUNTER).with_suffix(".wat").read_bytes()
    assert wasm.out == ewasm("exec", "-", "--call", "increment()", stdin=text).out
    assert wasm.code == 0


def test_results_are_the_same_each_time(ewasm: Ewasm) -> None:
    call = ("exec", TOKEN_DEPLOY, "--deploy", "--trace")
    assert ewasm(*call) == ewasm(*call)


def test_the_step_limit_is_a_failure_of_the_machine(ewasm: Ewasm, wat, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    loop = wat("(loop (br 0))")
    done = ewasm("exec", loop, "--schedule", "none", "--state", state, "--save")
    assert done.code == 3
    assert re.match("the machine stopped: .*step limit", done.error)
    assert not state.exists()
