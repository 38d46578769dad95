"""Every price of the protocol that is not the price of a wasm instruction, in whole gas.

Instruction prices are the injector's (`injector/prices.json`), those of transactions are in
`transactions`; these are the prices of the EEI methods. Values: EEI revision 4 under Byzantium (ewasm/design fee_schedule.md;
where that text and the official state tests differ, the tests decide).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GasSchedule:
    """Prices of EEI methods, in gas; a `refund` is in gas as well.

    Attributes:
        free: Methods that end the frame, or that charge their own argument.
        base: Reading a number or address of the context.
        very_low: Starting a copy.
        copy_word: Each started 32 bytes of a copy.
        storage_load: Reading a slot.
        storage_create: Writing a non-zero value to a zero slot.
        storage_change: Any other write to a slot.
        storage_clear_refund: Writing zero to a non-zero slot.
        log_base: Starting a log entry.
        log_topic: Each topic of it.
        log_byte: Each byte of it.
        create: Starting a creation.
        code_deposit_byte: Each byte of deployed code.
        compile_byte: Each byte of wasm run as init code and of wasm deployed (the cost of compiling).
        call: Starting a call of any kind.
        call_value: Sending value with it.
        call_stipend: Gas the receiver of value gets on top, uncharged.
        new_account: Sending value to a dead account (EIP-161).
        block_hash: The vectors demand 800 where the fee schedule's text would give 20.
        balance: Reading a foreign balance.
        external_code: Reading a foreign code or its size.
        self_destruct: Without the price of a new beneficiary.
        self_destruct_refund: Once for each destroyed account.
    """

    free: int = 0
    base: int = 2
    very_low: int = 3
    copy_word: int = 3
    storage_load: int = 200
    storage_create: int = 20_000
    storage_change: int = 5_000
    storage_clear_refund: int = 15_000
    log_base: int = 375
    log_topic: int = 375
    log_byte: int = 8
    create: int = 32_000
    code_deposit_byte: int = 200
    compile_byte: int = 0
    call: int = 700
    call_value: int = 9_000
    call_stipend: int = 2_300
    new_account: int = 25_000
    block_hash: int = 800
    balance: int = 400
    external_code: int = 700
    self_destruct: int = 5_000
    self_destruct_refund: int = 24_000
