"""The re-check of instrumented modules, for tests."""

from __future__ import annotations

from injector.plan import FunctionPlan
from injector.decode import Decoder
from injector.errors import Findings
from injector.layout import GAS_EXPORT
from injector.limits import LARGE_LIMITS
from injector.module import Module
from injector.policy import POLICIES
from injector.recheck import Walk
from injector.schedule import find_schedule
from injector.validate import Validator


def decode(wasm: bytes) -> tuple[Module, list[FunctionPlan]]:
    """The sections and bodies of a valid module."""
    findings = Findings()
    module = Decoder(wasm, POLICIES["core"], LARGE_LIMITS, findings).decode()
    schedule = find_schedule("none")
    plans = Validator(module, POLICIES["core"], LARGE_LIMITS, schedule, findings).validate()
    assert findings.result({}) == ()
    return module, plans


def unpaid(original: bytes, metered: bytes) -> list[str]:
    """What runs unpaid in an instrumented module."""
    functions = len(decode(original)[0].functions)
    module, plans = decode(metered)
    gas = module.find_export(GAS_EXPORT)
    assert gas is not None
    helpers = range(functions, len(module.functions))
    walk = Walk(metered, gas.index, module.imported_functions, helpers)
    for plan in plans:
        if plan.index < functions:
            walk.function(plan.start + plan.code, plan.end)
    return walk.problems
