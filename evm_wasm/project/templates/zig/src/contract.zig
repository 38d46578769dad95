//! A counter: increment() adds one, count() gives a uint256.

const ewasm = @import("ewasm");

/// Storage slots.
const slots = struct {
    const count = 0;
};

fn increment() noreturn {
    ewasm.storageStore(slots.count, ewasm.add(u256, ewasm.storageLoad(slots.count), 1));
    ewasm.returnNothing();
}

export fn main() void {
    ewasm.rejectValue();
    switch (ewasm.callSelector()) {
        ewasm.selector("increment()") => increment(),
        ewasm.selector("count()") => ewasm.returnNumber(ewasm.storageLoad(slots.count)),
        else => ewasm.revertSilently(),
    }
}
