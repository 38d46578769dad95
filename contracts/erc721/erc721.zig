//! A collection of tokens that are each unique (EIP-721), with names (part of its metadata
//! extension) and a minter. Addresses are numbers here, as storage and topics have them.

const ewasm = @import("ewasm");
const layout = @import("layout.zig");
const Arguments = ewasm.Arguments;
const require = ewasm.require;
const selector = ewasm.selector;
const storageLoad = ewasm.storageLoad;
const storageStore = ewasm.storageStore;

/// Interface identifiers (EIP-165).
const erc165 = 0x01ffc9a7;
const erc721 = 0x80ac58cd;

export fn main() void {
    ewasm.rejectValue();
    const given = Arguments.ofCall();
    switch (ewasm.callSelector()) {
        selector("name()") => ewasm.returnBytes("Sample Collection"),
        selector("symbol()") => ewasm.returnBytes("UNIQUE"),
        selector("supportsInterface(bytes4)") => ewasm.returnBool(supports(given)),
        selector("minter()") => ewasm.returnNumber(storageLoad(layout.minter)),
        selector("ownerOf(uint256)") => ewasm.returnNumber(ownerOf(given.number(u256, 0))),
        selector("balanceOf(address)") => {
            const owner = address(given, 0);
            require(owner != 0, "ERC721: nobody owns tokens of the zero address");
            ewasm.returnNumber(storageLoad(ewasm.mapSlot(layout.balances, owner)));
        },
        selector("getApproved(uint256)") => {
            const token = given.number(u256, 0);
            _ = ownerOf(token);
            ewasm.returnNumber(storageLoad(ewasm.mapSlot(layout.approvals, token)));
        },
        selector("isApprovedForAll(address,address)") => {
            ewasm.returnNumber(storageLoad(operatorSlot(address(given, 0), address(given, 1))));
        },
        selector("mint(address,uint256)") => mint(address(given, 0), given.number(u256, 1)),
        selector("approve(address,uint256)") => approve(address(given, 0), given.number(u256, 1)),
        selector("setApprovalForAll(address,bool)") => setApprovalForAll(given),
        selector("transferFrom(address,address,uint256)") => transfer(given),
        selector("safeTransferFrom(address,address,uint256)") => {
            transfer(given);
            checkReceiver(given, "");
        },
        selector("safeTransferFrom(address,address,uint256,bytes)") => {
            const data = given.bytes(3);
            transfer(given);
            checkReceiver(given, data);
        },
        else => ewasm.revertSilently(),
    }
    ewasm.returnNothing();
}

fn address(given: Arguments, index: u32) u256 {
    return ewasm.numberOfAddress(&given.address(index));
}

fn caller() u256 {
    return ewasm.numberOfAddress(&ewasm.caller());
}

fn supports(given: Arguments) bool {
    const word = ewasm.numberOf(&given.word(0));
    // bytes4 stands at the start of its word, with zeros behind it.
    if (@as(u224, @truncate(word)) != 0) ewasm.revertSilently();
    const interface: u32 = @truncate(word >> 224);
    return interface == erc165 or interface == erc721;
}

/// The owner of a token; reverts if there is no such token.
noinline fn ownerOf(token: u256) u256 {
    const owner = storageLoad(ewasm.mapSlot(layout.owners, token));
    require(owner != 0, "ERC721: no such token");
    return owner;
}

fn operatorSlot(owner: u256, operator: u256) u256 {
    return ewasm.mapSlot(ewasm.mapSlot(layout.operators, owner), operator);
}

fn isOperator(owner: u256, operator: u256) bool {
    return storageLoad(operatorSlot(owner, operator)) != 0;
}

fn mint(to: u256, token: u256) void {
    require(caller() == storageLoad(layout.minter), "ERC721: only the minter may mint");
    require(to != 0, "ERC721: mint to the zero address");
    const slot = ewasm.mapSlot(layout.owners, token);
    require(storageLoad(slot) == 0, "ERC721: token exists");
    storageStore(slot, to);
    changeBalance(to, 1);
    emitTransfer(0, to, token);
}

fn approve(to: u256, token: u256) void {
    const owner = ownerOf(token);
    const sender = caller();
    require(sender == owner or isOperator(owner, sender), "ERC721: not the owner's to approve");
    storageStore(ewasm.mapSlot(layout.approvals, token), to);
    ewasm.emit(&.{ ewasm.topic("Approval(address,address,uint256)"), owner, to, token }, "");
}

fn setApprovalForAll(given: Arguments) void {
    const owner = caller();
    const operator = address(given, 0);
    const approved: u256 = @intFromBool(given.boolean(1));
    require(operator != 0, "ERC721: the zero address cannot operate");
    storageStore(operatorSlot(owner, operator), approved);
    const topics = [_]u256{ ewasm.topic("ApprovalForAll(address,address,bool)"), owner, operator };
    ewasm.emitNumber(&topics, approved);
}

/// Moves a token: arguments from, to, token.
noinline fn transfer(given: Arguments) void {
    const from = address(given, 0);
    const to = address(given, 1);
    const token = given.number(u256, 2);
    const owner = ownerOf(token);
    const sender = caller();
    const approval = ewasm.mapSlot(layout.approvals, token);
    const approved = storageLoad(approval);
    require(from == owner, "ERC721: transfer from somebody else");
    require(to != 0, "ERC721: transfer to the zero address");
    require(
        sender == owner or sender == approved or isOperator(owner, sender),
        "ERC721: caller is not approved",
    );
    if (approved != 0) storageStore(approval, 0);
    changeBalance(from, ~@as(u256, 0));
    changeBalance(to, 1);
    storageStore(ewasm.mapSlot(layout.owners, token), to);
    emitTransfer(from, to, token);
}

/// Adds to a balance; what is added may be -1. No balance can pass the number of tokens.
noinline fn changeBalance(owner: u256, change: u256) void {
    const slot = ewasm.mapSlot(layout.balances, owner);
    storageStore(slot, storageLoad(slot) +% change);
}

fn emitTransfer(from: u256, to: u256, token: u256) void {
    ewasm.emit(&.{ ewasm.topic("Transfer(address,address,uint256)"), from, to, token }, "");
}

/// Asks a receiver that is a contract whether it can deal with tokens; reverts if it does not say so.
noinline fn checkReceiver(given: Arguments, data: []const u8) void {
    const to = given.address(1);
    if (ewasm.eei.getExternalCodeSize(&to) == 0) return;
    const received = selector("onERC721Received(address,address,uint256,bytes)");
    // The selector stands at the end of a word before the arguments.
    var question = ewasm.Encoder.init(5, ewasm.dynamicSize(data.len));
    question.number(received);
    const start = question.head - 4;
    question.address(&ewasm.caller());
    question.address(&given.address(0));
    question.number(given.number(u256, 2));
    question.bytes(data);
    // Offsets count from the first argument, which is one word behind the encoder's start.
    const offset = ewasm.wordOf(4 * 32);
    @memcpy(question.output[4 * 32 .. 5 * 32], &offset);
    const status = ewasm.call(&to, 0, question.output[start..question.tail]);
    const answer = ewasm.returnedData();
    if (status == .revert and answer.len != 0) ewasm.eei.revert(answer.ptr, answer.len);
    const accepted = status == .success and answer.len >= 32 and
        ewasm.numberOf(answer[0..32]) == @as(u256, received) << 224;
    require(accepted, "ERC721: receiver does not take tokens");
}
