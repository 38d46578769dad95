"""The ABI beside each sample is that of its source, and the stories of the clients leave nothing out."""

from __future__ import annotations

import re

import pytest
from eth_utils.abi import abi_to_signature, filter_abi_by_type
from sample_stories import CONSTRUCTOR, CONTRACTS, ETHER_ONLY, STORIES

SIGNATURE = r"(\w+\([\w,\[\]]*\))"
SELECTOR = re.compile(
    rf"0x[0-9a-f]{{8}}\b.*(?://|;;) {SIGNATURE}$|\bselector\(\"{SIGNATURE}\"\)", re.MULTILINE
)
TOPIC = re.compile(
    rf"^\s*// {SIGNATURE}$|\btopic\(\"{SIGNATURE}\"\)|keccak256\(\"{SIGNATURE}\"\)", re.MULTILINE
)
CONSTRUCTED = re.compile(r"^\W*constructor\((.*)\)", re.MULTILINE)

SUFFIXES = {".c", ".rs", ".ts", ".wat", ".zig"}

ASKED_OF_OTHERS = {"onERC721Received(address,address,uint256,bytes)"}
"""Selectors in the sources that are no function of the sample."""

each_sample = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.sample)


def found(pattern: re.Pattern, text: str) -> set[str]:
    return {"".join(match.groups(default="")) for match in pattern.finditer(text)}


def sources(story) -> str:
    """The contract and what it shares with its constructor."""
    (suffix,) = SUFFIXES & {path.suffix for path in story.contract.parent.iterdir()}
    paths = [story.contract.with_suffix(suffix), *story.contract.parent.glob("layout.*")]
    return "\n".join(path.read_text() for path in paths)


def constructor_source(story) -> str:
    (path,) = (
        path
        for path in story.contract.parent.glob(f"{story.contract.stem}_deploy.*")
        if path.suffix != ".wasm"
    )
    return path.read_text()


def test_every_sample_with_an_abi_has_a_story():
    files = {path.parent.name for path in CONTRACTS.glob("*/*.abi.json")}
    assert files == {story.sample for story in STORIES}


@each_sample
def test_functions_are_those_of_the_source(story):
    assert found(SELECTOR, sources(story)) - ASKED_OF_OTHERS == set(story.functions)


@each_sample
def test_events_are_those_of_the_source(story):
    events = {abi_to_signature(entry) for entry in story.events.values()}
    assert found(TOPIC, sources(story)) == events


@each_sample
def test_constructor_is_that_of_the_source(story):
    (constructor,) = filter_abi_by_type("constructor", story.abi)
    declared = CONSTRUCTED.search(constructor_source(story))
    inputs = ", ".join(f"{entry['type']} {entry['name']}" for entry in constructor["inputs"])
    assert inputs == (declared[1] if declared else "")


@each_sample
def test_story_uses_every_function_and_sees_every_event(story):
    used = {step.function for step in story.steps if step.kind in {"send", "call"}}
    assert used - {CONSTRUCTOR, ETHER_ONLY} == set(story.functions)
    seen = {name for step in story.steps if step.kind == "send" for name, _ in step.sees}
    assert seen == {entry["name"] for entry in story.events.values()}
    has_reasons = 'Error("' in sources(story) or "require(" in sources(story)
    assert has_reasons == any(step.kind == "refuse" for step in story.steps)


def test_one_abi_for_the_token_in_all_languages():
    texts = [path.read_text() for path in CONTRACTS.glob("erc20_*/erc20.abi.json")]
    assert len(texts) == 4
    assert len(set(texts)) == 1
