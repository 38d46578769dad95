//! What the token and its constructor share: storage, and the event of both.

const ewasm = @import("ewasm");

pub const total_supply = 0;
pub const balances = 1;
pub const allowances = 2;

pub fn balanceSlot(owner: *const ewasm.Address) u256 {
    return ewasm.mapSlotOfAddress(balances, owner);
}

pub fn emitTransfer(from: *const ewasm.Address, to: *const ewasm.Address, amount: u256) void {
    const topics = [_]u256{
        ewasm.topic("Transfer(address,address,uint256)"),
        ewasm.numberOfAddress(from),
        ewasm.numberOfAddress(to),
    };
    ewasm.emitNumber(&topics, amount);
}
