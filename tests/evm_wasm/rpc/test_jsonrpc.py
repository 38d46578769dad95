"""JSON-RPC 2.0 itself: what is no request, ids, batches, notifications, bounds."""

from __future__ import annotations

import json

import pytest

from evm_wasm.rpc.jsonrpc import MOST_REQUESTS

CHAIN_ID = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}


@pytest.mark.parametrize(
    "body",
    ["", "{", "nonsense", "1", '"text"', "null", "[]", '{"jsonrpc":"2.0","id":1} x', "\x00"],
)
def test_what_is_no_request_is_refused_without_an_id(rpc, body):
    answer = rpc.send(body)
    assert answer["error"]["code"] == -32600
    assert answer["id"] is None
    assert answer["jsonrpc"] == "2.0"


def test_bytes_that_are_not_utf8_are_refused(rpc):
    assert rpc.send(b"\xff\xfe{}")["error"]["code"] == -32600


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_deep_nesting_is_refused(rpc, bracket):
    assert rpc.send(bracket * 100_000)["error"]["code"] == -32600


def test_deep_nesting_inside_of_parameters_is_refused(rpc):
    deep = "[" * 500 + "]" * 500
    body = f'{{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{deep}]}}'
    assert rpc.send(body)["error"]["code"] == -32600


def test_a_member_that_occurs_twice_is_refused(rpc):
    body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","method":"eth_accounts"}'
    assert rpc.send(body)["error"]["code"] == -32600


@pytest.mark.parametrize(
    "change",
    [
        {"jsonrpc": "1.0"},
        {"jsonrpc": None},
        {"method": None},
        {"method": 5},
        {"method": ["eth_chainId"]},
    ],
)
def test_a_malformed_request_keeps_its_id(rpc, change):
    answer = rpc.send(json.dumps(CHAIN_ID | change))
    assert answer["error"]["code"] == -32600
    assert answer["id"] == 1


@pytest.mark.parametrize("identifier", [0, -1, 2**70, "", "a", None])
def test_the_id_comes_back(rpc, identifier):
    answer = rpc.send(json.dumps(CHAIN_ID | {"id": identifier}))
    assert answer == {"jsonrpc": "2.0", "id": identifier, "result": "0x7a69"}


@pytest.mark.parametrize("identifier", [1.5, True, {}, []])
def test_an_id_of_another_kind_is_refused(rpc, identifier):
    answer = rpc.send(json.dumps(CHAIN_ID | {"id": identifier}))
    assert answer["error"]["code"] == -32600
    assert answer["id"] is None


def test_unknown_methods(rpc):
    assert rpc.answer("eth_nothing")["error"] == {"code": -32601, "message": "Method not found"}


def test_subscriptions_need_a_connection_that_stays(rpc):
    assert rpc.refusal("eth_subscribe", "newHeads").code == -32601


@pytest.mark.parametrize("params", [{}, {"address": "0x"}, 1, "x", True])
def test_parameters_are_an_array(rpc, params):
    answer = rpc.send(json.dumps(CHAIN_ID | {"params": params}))
    assert answer["error"]["code"] == -32602
    assert answer["id"] == 1


def test_too_many_and_too_few_parameters(rpc):
    assert rpc.refusal("eth_chainId", 1).code == -32602
    refusal = rpc.refusal("eth_getBalance")
    assert refusal.code == -32602
    assert "address" in refusal.message


def test_null_stands_for_an_absent_optional_parameter(rpc):
    address = "0x" + "11" * 20
    assert rpc.call("eth_getBalance", address, None) == rpc.call("eth_getBalance", address)
    assert rpc.refusal("eth_getBalance", None, "latest").code == -32602


def test_a_notification_is_done_and_not_answered(rpc):
    request = rpc.request("evm_mine")
    del request["id"]
    assert rpc.send(json.dumps(request)) is None
    assert rpc.call("eth_blockNumber") == "0x1"


def test_a_batch_is_answered_in_order(rpc):
    requests = [CHAIN_ID | {"id": number} for number in range(20)]
    assert [answer["id"] for answer in rpc.send(json.dumps(requests))] == list(range(20))


def test_each_wrong_request_of_a_batch_has_its_own_error(rpc):
    first, second, third = rpc.send(json.dumps([1, CHAIN_ID, {"id": 7}]))
    assert first["error"]["code"] == -32600
    assert first["id"] is None
    assert second["result"] == "0x7a69"
    assert third["error"]["code"] == -32600
    assert third["id"] == 7


def test_a_batch_of_notifications_has_no_answer(rpc):
    request = {"jsonrpc": "2.0", "method": "evm_mine"}
    assert rpc.send(json.dumps([request, request])) is None
    assert rpc.call("eth_blockNumber") == "0x2"


def test_a_batch_is_bounded(rpc):
    most = rpc.send(json.dumps([CHAIN_ID] * MOST_REQUESTS))
    assert len(most) == MOST_REQUESTS
    refused = rpc.send(json.dumps([CHAIN_ID] * 10_000))
    assert refused["error"]["code"] == -32600
    assert "10000" in refused["error"]["message"]


def test_a_bug_of_ours_is_told_and_the_node_lives_on(rpc, monkeypatch, capsys):
    def broken(*_args: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(rpc.devnet, "balance", broken, raising=True)
    refusal = rpc.refusal("eth_getBalance", "0x" + "11" * 20)
    assert refusal.code == -32603
    assert "ZeroDivisionError" in refusal.message
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert rpc.call("eth_chainId") == "0x7a69"
