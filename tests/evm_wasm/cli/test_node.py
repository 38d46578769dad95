"""`ewasm node`: what it prints, its options, and how it starts and stops."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys

import pytest
from node_process import FIRST, FIRST_KEY, PATIENCE, ROOT, SECOND, RunningNode, node_process

from evm_wasm.cli.node_flags import NODE_OPTIONS, devnet_settings
from evm_wasm.devnet.config import DevnetConfig, Order

ETHER = 10**18


def test_the_banner_is_the_one_that_users_know():
    with node_process() as node:
        output = node.output
        assert (
            "(0) 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 (10000.000000000000000000 ETH)"
            in output
        )
        assert f"(0) {FIRST_KEY}" in output
        assert "Mnemonic:          test test test test" in output
        assert "Derivation path:   m/44'/60'/0'/0/" in output
        assert "Chain ID\n==================\n\n31337" in output
        assert "Base Fee\n==================\n\n1000000000" in output
        assert "Gas Limit\n==================\n\n100000000" in output
        assert node.host == "127.0.0.1"
        assert node.stop() == 0


def test_requests_and_blocks_are_told():
    with node_process() as node:
        client = node.client()
        sent = client.call("eth_sendTransaction", {"from": FIRST, "to": SECOND})
        client.batch([("eth_chainId",), ("eth_accounts",)])
        client.post(b'{"jsonrpc":"2.0","id":1,"method":"\\u001b[31m"}')
        client.call("anvil_setLoggingEnabled", False)
        client.call("net_version")
        client.close()
        assert node.stop() == 0
        assert "eth_sendTransaction" in node.lines
        assert f"    Transaction: {sent}" in node.lines
        assert "    Block Number: 1" in node.lines
        assert "eth_chainId, eth_accounts" in node.lines
        assert "net_version" not in node.lines
        assert "\x1b" not in node.output


def test_lines_for_programs(tmp_path):
    port = free_port()
    process = start("--port", str(port), "--json-logs")
    client = wait_for(port)
    client("eth_sendTransaction", {"from": FIRST, "to": SECOND})
    process.terminate()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    assert lines[0]["event"] == "start"
    assert lines[0]["addresses"] == [["127.0.0.1", port]]
    assert {"request", "block"} <= {line["event"] for line in lines}
    (block,) = (line for line in lines if line["event"] == "block")
    assert block["number"] == 1


def test_silence():
    port = free_port()
    process = start("--port", str(port), "--silent")
    client = wait_for(port)
    assert client("eth_chainId") == "0x7a69"
    process.terminate()
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (0, "", "")


def test_settings_of_the_chain(tmp_path):
    genesis = tmp_path / "genesis.json"
    genesis.write_text(
        json.dumps({"alloc": {SECOND: {"balance": "0x5"}, "0x" + "77" * 20: {"balance": "0x7"}}})
    )
    config = tmp_path / "config.json"
    with node_process(
        *("--accounts", "3", "--balance", "5", "--chain-id", "77", "--gas-limit", "9_000_000"),
        *("--base-fee", "7gwei", "--coinbase", "0x" + "11" * 20, "--timestamp", "1700000000"),
        *("--genesis", str(genesis), "--config-out", str(config), "--no-mining"),
    ) as node:
        client = node.client()
        assert len(client.call("eth_accounts")) == 3
        assert int(client.call("eth_getBalance", FIRST), 16) == 5 * ETHER
        assert client.call("eth_getBalance", "0x" + "77" * 20) == "0x7"
        assert client.call("eth_chainId") == hex(77)
        assert client.call("eth_coinbase") == "0x" + "11" * 20
        block = client.call("eth_getBlockByNumber", "0x0")
        assert int(block["timestamp"], 16) == 1_700_000_000
        assert int(block["gasLimit"], 16) == 9_000_000
        assert int(block["baseFeePerGas"], 16) == 7 * 10**9
        sent = client.call("eth_sendTransaction", {"from": FIRST, "to": SECOND})
        assert client.call("eth_getTransactionReceipt", sent) is None
        client.call("evm_mine")
        assert client.call("eth_getTransactionReceipt", sent)["status"] == "0x1"
        written = json.loads(config.read_text())
        assert written["available_accounts"][0] == FIRST
        assert written["private_keys"][0] == FIRST_KEY
        client.close()


def test_blocks_by_time():
    with node_process("--block-time", "1") as node:
        client = node.client()
        sent = client.call("eth_sendTransaction", {"from": FIRST, "to": SECOND})
        while client.call("eth_getTransactionReceipt", sent) is None:
            pass
        number = int(client.call("eth_blockNumber"), 16)
        while int(client.call("eth_blockNumber"), 16) == number:
            pass
        client.call("evm_setIntervalMining", 0)
        client.call("evm_setAutomine", True)
        assert (
            client.call("eth_sendTransactionSync", {"from": FIRST, "to": SECOND})["status"] == "0x1"
        )
        client.close()


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"ewasm: error: cannot listen on 127.0.0.1:{port}: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "99999"], "--port"),
        (["--chain-id", "0"], "chain_id"),
        (["--accounts", "-1"], "accounts"),
        (["--gas-limit", "many"], "--gas-limit"),
        (["--order", "random"], "--order"),
        (["--genesis", "absent.json"], "absent.json"),
        (["--load-state", "absent.state"], "absent.state"),
        (["--load-state", "a", "--state", "b"], "give one of them"),
        (["--state", "lmdb:"], "lmdb:"),
        (["--derivation-path", "x"], "derivation path"),
        (["--schedule", "absent"], "absent"),
        (["--nothing"], "--nothing"),
        (["--host", "256.1.1.1"], "cannot listen"),
    ],
)
def test_bad_options_are_one_line(options, words):
    ended = run("--port", "0", *options)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert ended.stderr.startswith("ewasm: error: ")
    assert ended.stderr.count("\n") == 1


def test_interrupting_ends_it_in_order():
    node = RunningNode()
    node.process.send_signal(2)
    assert node.wait() == 0


def test_settings_come_from_the_table():
    absent = {option.key: None if option.metavar else False for option in NODE_OPTIONS}
    assert devnet_settings(absent) == {}
    given = absent | {"no_mining": True, "chain_id": 5, "order": Order.FIFO, "port": 1}
    assert devnet_settings(given) == {"automine": False, "chain_id": 5, "order": Order.FIFO}
    assert DevnetConfig(**devnet_settings(given)).order is Order.FIFO


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "evm_wasm", "node", *options]


def start(*options: str) -> subprocess.Popen:
    pipe = subprocess.PIPE
    return subprocess.Popen(command(*options), stdout=pipe, stderr=pipe, text=True, cwd=ROOT)


def run(*options: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*options), capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE, check=False
    )


def wait_for(port: int):
    """A function that calls a method, once something listens on the port."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            continue
        break

    def call(method: str, *params: object) -> object:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        connection.request("POST", "/", json.dumps(request))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer["result"]

    return call
