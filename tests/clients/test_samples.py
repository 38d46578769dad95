"""Each sample contract, used by the standard clients through its ABI: the same story for all."""

from __future__ import annotations

import json

import pytest
from sample_stories import MNEMONIC, STORIES
from story_clients import CastRunner, Web3Runner, see
from web3 import Web3

each_sample = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.sample)


@each_sample
def test_web3(shared_node, story):
    web3 = Web3(Web3.HTTPProvider(shared_node.url))
    assert see(Web3Runner(web3, story), story) == story.sights


@each_sample
def test_cast(run_cast, shared_node, story):
    def cast(command: str, *words: str):
        urls = () if command == "decode-abi" else ("--rpc-url", shared_node.url)
        return run_cast(command, *urls, *words)

    assert see(CastRunner(cast, story), story) == story.sights


@pytest.mark.parametrize("script", ["ethers_stories.cjs", "viem_stories.cjs"])
def test_a_javascript_client(run_node, shared_node, script):
    told = json.dumps([story.told() for story in STORIES])
    seen = run_node(shared_node, script, shared_node.url, MNEMONIC, told=told)
    assert seen == {story.sample: story.sights for story in STORIES}
