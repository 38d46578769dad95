"""Applying one transaction to the state (yellow paper, section 6; Byzantium and later by rules)."""

from __future__ import annotations

from evm_wasm.chain.intrinsic import check_transaction, intrinsic_gas
from evm_wasm.errors import MachineError
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.contract_address import contract_address
from evm_wasm.model.message import CallKind, Message, Outcome
from evm_wasm.model.receipt import GasReport, Receipt
from evm_wasm.model.transaction import Transaction
from evm_wasm.state.state import State
from evm_wasm.vm.execution import Execution
from evm_wasm.vm.vm import Vm


def apply_transaction(
    vm: Vm,
    state: State,
    block: BlockContext,
    transaction: Transaction,
    *,
    gas_left: int | None = None,
) -> Receipt:
    """Runs a transaction and settles it; `state` then holds its effects, not yet committed.

    Args:
        vm: The machine; its rules hold.
        state: Changed in place.
        block: Where it runs.
        transaction: What runs.
        gas_left: What the block can still hold, in gas; its whole gas limit by default.

    Raises:
        InvalidTransaction: It may not be included; the state is as before.
        MachineError: The machine cannot go on (a step limit, a bug); the state is as before.
    """
    rules = vm.rules
    creates = transaction.to is None
    intrinsic = intrinsic_gas(
        rules.transaction,
        transaction.data,
        creates=creates,
        access_list=transaction.access_list,
    )
    check_transaction(
        transaction,
        state,
        block,
        rules.transaction,
        intrinsic=intrinsic,
        gas_left=block.gas_limit if gas_left is None else gas_left,
    )
    mark = state.checkpoint()
    context = TransactionContext(origin=transaction.sender, gas_price=transaction.gas_price)
    execution = Execution(vm, state, block, context)
    try:
        state.subtract_balance(transaction.sender, transaction.gas_limit * transaction.gas_price)
        state.increment_nonce(transaction.sender)
        outcome = execution.run(_message(transaction, transaction.gas_limit - intrinsic))
        gas = _settle(execution, transaction, outcome, intrinsic)
    except MachineError:
        state.revert(mark)
        raise
    receipt = Receipt(
        status=outcome.status,
        output=outcome.output,
        created=outcome.created,
        logs=state.logs,
        gas=gas,
        halt=outcome.halt,
        detail=outcome.detail,
    )
    state.finish_transaction(delete_empty=rules.delete_empty_accounts)
    return receipt


def _message(transaction: Transaction, gas: int) -> Message:
    sender = transaction.sender
    if transaction.to is None:
        kind, recipient = CallKind.CREATE, contract_address(sender, transaction.nonce)
    else:
        kind, recipient = CallKind.CALL, transaction.to
    return Message(
        kind=kind,
        caller=sender,
        recipient=recipient,
        code_address=recipient,
        value=transaction.value,
        moves_value=True,
        input=transaction.data,
        gas=gas,
        depth=0,
        is_static=False,
    )


def _settle(
    execution: Execution, transaction: Transaction, outcome: Outcome, intrinsic: int
) -> GasReport:
    """Refunds, pays the coinbase, and says where the gas went.

    Particles are rounded up to whole gas once, here, before the refund cap is taken. The base fee
    goes to nobody (EIP-1559).
    """
    state, vm, tally = execution.state, execution.vm, execution.tally
    unused = outcome.particles_left // vm.scale
    used = transaction.gas_limit - unused
    refund = min(state.refund, used // vm.rules.transaction.refund_quotient)
    paid = used - refund
    price = transaction.gas_price
    state.add_balance(transaction.sender, (unused + refund) * price)
    state.add_balance(execution.block.coinbase, paid * (price - execution.block.base_fee))
    spent = transaction.gas_limit * vm.scale - outcome.particles_left
    whole = (intrinsic + tally.eei + tally.deposit) * vm.scale
    return GasReport(
        scale=vm.scale,
        intrinsic=intrinsic * vm.scale,
        eei=tally.eei * vm.scale,
        deposit=tally.deposit * vm.scale,
        instructions=spent - whole - tally.burned,
        burned=tally.burned,
        refund_gas=refund,
        used_gas=paid,
    )
