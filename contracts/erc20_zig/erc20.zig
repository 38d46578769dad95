//! An ERC-20 token (EIP-20) in Zig. Its storage is that of the Solidity contract
//!
//!     uint256 totalSupply;                                          // slot 0
//!     mapping(address => uint256) balances;                         // slot 1
//!     mapping(address => mapping(address => uint256)) allowances;   // slot 2
//!
//! An allowance of 2^256 - 1 is infinite: transferFrom does not lower it.

const ewasm = @import("ewasm");
const layout = @import("layout.zig");
const Address = ewasm.Address;
const Arguments = ewasm.Arguments;
const selector = ewasm.selector;

const infinite: u256 = ~@as(u256, 0);

export fn main() void {
    ewasm.rejectValue();
    const given = Arguments.ofCall();
    switch (ewasm.callSelector()) {
        selector("name()") => ewasm.returnBytes("Sample Token"),
        selector("symbol()") => ewasm.returnBytes("SAMPLE"),
        selector("decimals()") => ewasm.returnNumber(18),
        selector("totalSupply()") => ewasm.returnNumber(ewasm.storageLoad(layout.total_supply)),
        selector("balanceOf(address)") => {
            ewasm.returnNumber(ewasm.storageLoad(layout.balanceSlot(&given.address(0))));
        },
        selector("allowance(address,address)") => {
            const slot = allowanceSlot(&given.address(0), &given.address(1));
            ewasm.returnNumber(ewasm.storageLoad(slot));
        },
        selector("transfer(address,uint256)") => {
            move(&ewasm.caller(), &given.address(0), given.number(u256, 1));
            ewasm.returnBool(true);
        },
        selector("transferFrom(address,address,uint256)") => {
            const from = given.address(0);
            const amount = given.number(u256, 2);
            spendAllowance(&from, &ewasm.caller(), amount);
            move(&from, &given.address(1), amount);
            ewasm.returnBool(true);
        },
        selector("approve(address,uint256)") => approve(given),
        else => ewasm.revertSilently(),
    }
}

fn allowanceSlot(owner: *const Address, spender: *const Address) u256 {
    const allowances_of_owner = ewasm.mapSlotOfAddress(layout.allowances, owner);
    return ewasm.mapSlotOfAddress(allowances_of_owner, spender);
}

noinline fn move(from: *const Address, to: *const Address, amount: u256) void {
    ewasm.require(ewasm.numberOfAddress(to) != 0, "ERC20: transfer to the zero address");
    const giver = layout.balanceSlot(from);
    const balance = ewasm.storageLoad(giver);
    ewasm.require(balance >= amount, "ERC20: transfer amount exceeds balance");
    // Stored before the receiver's balance is read: they may be the same. The sum cannot overflow,
    // because all balances together are the total supply.
    ewasm.storageStore(giver, balance - amount);
    const taker = layout.balanceSlot(to);
    ewasm.storageStore(taker, ewasm.storageLoad(taker) +% amount);
    layout.emitTransfer(from, to, amount);
}

fn spendAllowance(owner: *const Address, spender: *const Address, amount: u256) void {
    const slot = allowanceSlot(owner, spender);
    const allowed = ewasm.storageLoad(slot);
    if (allowed == infinite) return;
    ewasm.require(allowed >= amount, "ERC20: insufficient allowance");
    ewasm.storageStore(slot, allowed - amount);
}

fn approve(given: Arguments) noreturn {
    const owner = ewasm.caller();
    const spender = given.address(0);
    const amount = given.number(u256, 1);
    ewasm.storageStore(allowanceSlot(&owner, &spender), amount);
    const topics = [_]u256{
        ewasm.topic("Approval(address,address,uint256)"),
        ewasm.numberOfAddress(&owner),
        ewasm.numberOfAddress(&spender),
    };
    ewasm.emitNumber(&topics, amount);
    ewasm.returnBool(true);
}
