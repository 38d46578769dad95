from pathlib import Path

from click.testing import CliRunner

from benchmarks.devnet import main
from benchmarks.eei_forms import FORMS
from benchmarks.node_load import SENDER, TOKEN, signed_transfers
from evm_wasm.chain.signing import recover_transaction


def test_a_quick_run_prints_every_figure(tmp_path: Path) -> None:
    target = tmp_path / "results.md"
    done = CliRunner().invoke(main, ["--quick", "--no-peers", "--results", str(target)])
    assert done.exit_code == 0, done.output
    text = target.read_text()
    for name in (
        "seconds to the first answer",
        "send and receipt per second",
        "eth_call per second",
        "eth_call per second in batches of 100",
        "raw token transfers per second",
        "transactions so far",
        "MB after them",
        "blocks at the end",
        "send and receipt per second at the end",
        "raw token transfers per second at the end",
    ):
        assert f"| {name} | " in text
    assert "| | ewasm, EEI in the host | ewasm, EEI in the module |" in text
    for form in FORMS:
        assert f"| ewasm, EEI in the {form} | " in text.partition("## In process")[2]


def test_both_nodes_get_the_same_transfers() -> None:
    transactions = [recover_transaction(raw) for raw in signed_transfers(1, 3)]
    assert [transaction.unsigned.nonce for transaction in transactions] == [1, 2, 3]
    assert {transaction.sender for transaction in transactions} == {SENDER}
    assert {transaction.unsigned.to for transaction in transactions} == {TOKEN}
