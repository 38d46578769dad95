//! The Zig SDK as contract functions.

const ewasm = @import("ewasm");
const selector = ewasm.selector;

export fn main() void {
    const given = ewasm.Arguments.ofCall();
    switch (ewasm.callSelector()) {
        selector("arithmetic(uint8,uint256,uint256)") => arithmetic(given),
        selector("checked(uint8,uint256,uint256)") => ewasm.returnNumber(checked(u256, given)),
        selector("checked128(uint8,uint128,uint128)") => ewasm.returnNumber(checked(u128, given)),
        selector("echo(uint256,address,bool,bytes32,string,uint64,bytes)") => echo(given),
        selector("hash(bytes)") => ewasm.returnWord(&ewasm.keccak256(given.bytes(0))),
        selector("entry(uint256,uint256)") => {
            ewasm.returnNumber(ewasm.mapSlot(given.number(u256, 0), given.number(u256, 1)));
        },
        selector("elements(uint256)") => {
            ewasm.returnNumber(ewasm.arraySlot(given.number(u256, 0)));
        },
        selector("fail(string)") => ewasm.revertWith(given.bytes(0)),
        selector("narrow(uint256)") => {
            ewasm.returnNumber(ewasm.narrow(u128, given.number(u256, 0)));
        },
        selector("forward(address,bytes)") => {
            const status = ewasm.call(&given.address(0), 0, given.bytes(1));
            const data = ewasm.returnedData();
            var output = ewasm.Encoder.init(2, ewasm.dynamicSize(data.len));
            output.number(@intFromEnum(status));
            output.bytes(data);
            output.finish();
        },
        selector("whoami()") => ewasm.returnAddress(&ewasm.ownAddress()),
        selector("nothing()") => ewasm.returnNothing(),
        else => ewasm.revertSilently(),
    }
}

fn arithmetic(given: ewasm.Arguments) noreturn {
    const a = given.number(u256, 1);
    const b = given.number(u256, 2);
    const result: struct { u256, bool } = switch (given.number(u8, 0)) {
        0 => sum: {
            const sum, const overflow = @addWithOverflow(a, b);
            break :sum .{ sum, overflow == 1 };
        },
        1 => difference: {
            const difference, const overflow = @subWithOverflow(a, b);
            break :difference .{ difference, overflow == 1 };
        },
        2 => product: {
            const product, const overflow = ewasm.mulWithOverflow(u256, a, b);
            break :product .{ product, overflow };
        },
        else => .{ @intFromBool(a < b), a == b },
    };
    var output = ewasm.Encoder.init(2, 0);
    output.number(result[0]);
    output.number(@intFromBool(result[1]));
    output.finish();
}

fn checked(comptime T: type, given: ewasm.Arguments) T {
    const a = given.number(T, 1);
    const b = given.number(T, 2);
    return switch (given.number(u8, 0)) {
        0 => ewasm.add(T, a, b),
        1 => ewasm.sub(T, a, b),
        2 => ewasm.mul(T, a, b),
        3 => ewasm.div(T, a, b),
        else => ewasm.mod(T, a, b),
    };
}

fn echo(given: ewasm.Arguments) noreturn {
    const text = given.bytes(4);
    const data = given.bytes(6);
    var output = ewasm.Encoder.init(
        7,
        ewasm.dynamicSize(text.len) + ewasm.dynamicSize(data.len),
    );
    output.number(given.number(u256, 0));
    output.address(&given.address(1));
    output.number(@intFromBool(given.boolean(2)));
    output.word(&given.word(3));
    output.bytes(text);
    output.number(given.number(u64, 5));
    output.bytes(data);
    output.finish();
}
