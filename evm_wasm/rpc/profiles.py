"""Gas by frame and function as JSON: what `gasTracer` and `ewasm_gasByFunction` answer."""

from __future__ import annotations

from typing import Final

from evm_wasm.devnet.requests import CallRequest
from evm_wasm.devnet.results import GasProfile
from evm_wasm.model.message import Status
from evm_wasm.model.profile import FrameGas
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity, parse_hash
from evm_wasm.primitives.types import Hash32
from evm_wasm.rpc.answers import Json
from evm_wasm.rpc.requests import read_call
from evm_wasm.rpc.spec import Kind

STATUS_NAMES: Final = {
    Status.SUCCESS: "success",
    Status.FAILURE: "failure",
    Status.REVERT: "revert",
}


def profile_to_json(profile: GasProfile) -> Json:
    """Gas as quantities; all but `gasUsed` and `refundGas` in particles."""
    gas = profile.gas
    return {
        "status": STATUS_NAMES[profile.status],
        "gasUsed": format_quantity(gas.used_gas),
        "refundGas": format_quantity(gas.refund_gas),
        "particlesPerGas": format_quantity(gas.scale),
        "intrinsic": format_quantity(gas.intrinsic),
        "instructions": format_quantity(gas.instructions),
        "eei": format_quantity(gas.eei),
        "deposit": format_quantity(gas.deposit),
        "burned": format_quantity(gas.burned),
        "frames": [_frame(frame) for frame in profile.frames],
    }


def _frame(frame: FrameGas) -> Json:
    return {
        "depth": frame.depth,
        "kind": frame.kind.value,
        "address": format_bytes(frame.address),
        "codeHash": None if frame.code_hash is None else format_bytes(frame.code_hash),
        "status": STATUS_NAMES[frame.status],
        "eei": format_quantity(frame.eei),
        "deposit": format_quantity(frame.deposit),
        "burned": format_quantity(frame.burned),
        "total": format_quantity(frame.total),
        "functions": [
            {
                "index": function.index,
                "name": function.name,
                "particles": format_quantity(function.particles),
            }
            for function in frame.functions
        ],
    }


def _read_target(value: object, what: str) -> Hash32 | CallRequest:
    return read_call(value, what) if isinstance(value, dict) else parse_hash(value, what=what)


TARGET: Final = Kind(
    "hash or call",
    "hash of a transaction, or a call as of `eth_call`",
    _read_target,
    lambda value: value,
)
