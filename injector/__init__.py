"""The bytecode injector: WebAssembly in, the same module with exact gas and a stack limit out.

It uses nothing but the standard library and knows nothing of the virtual machine.

Example:
    ```python
    from injector import check, instrument

    for finding in check(wasm):
        print(finding)
    metered = instrument(wasm, schedule="particles")
    ```
"""

from injector.counter import Counter
from injector.errors import Finding, InjectorError, ScheduleError
from injector.function_counters import Profiled, ProfiledFunction
from injector.instrument import check, instrument, instrument_with_stats, profile
from injector.limits import DEFAULT_LIMITS, LARGE_LIMITS, Limits
from injector.policy import Policy
from injector.runtime import Runtime, load_runtime
from injector.schedule import Schedule, load_schedule
from injector.stats import FunctionStats, Stats
from injector.writing import VERSION

__all__ = [
    "DEFAULT_LIMITS",
    "LARGE_LIMITS",
    "VERSION",
    "Counter",
    "Finding",
    "FunctionStats",
    "InjectorError",
    "Limits",
    "Policy",
    "Profiled",
    "ProfiledFunction",
    "Runtime",
    "Schedule",
    "ScheduleError",
    "Stats",
    "check",
    "instrument",
    "instrument_with_stats",
    "load_runtime",
    "load_schedule",
    "profile",
]
