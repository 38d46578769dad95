//! constructor(uint256 supply): the whole supply belongs to whoever deploys.

const ewasm = @import("ewasm");
const layout = @import("layout.zig");

export fn main() void {
    ewasm.rejectValue();
    const supply = ewasm.Arguments.ofConstructor().number(u256, 0);
    const owner = ewasm.caller();
    ewasm.storageStore(layout.total_supply, supply);
    ewasm.storageStore(layout.balanceSlot(&owner), supply);
    layout.emitTransfer(&@as(ewasm.Address, @splat(0)), &owner, supply);
    ewasm.returnRuntime();
}
