/* A wallet of several owners: a transaction runs when enough of them have confirmed it.
 *
 *     submit(address to, uint256 value, bytes data) returns (uint256 id)   confirms it as well
 *     confirm(uint256 id)    revoke(uint256 id)    execute(uint256 id)
 *
 * Whoever sends ether without call data deposits it. A transaction that fails when it is executed
 * reverts with what it failed with and may be executed later.
 */

#include "ewasm.h"
#include "layout.h"

// Deposit(address,uint256)
#define DEPOSIT \
    U256(0xe1fffcc4923d04b5, 0x59f4d29a8bfc6cda, 0x04eb5b0d3c460751, 0xc2402c5c5cc9109c)
// Submission(uint256)
#define SUBMISSION \
    U256(0xc0ba8fe4b176c171, 0x4197d43b9cc6bcf7, 0x97a4a7461c5fe8d0, 0xef6e184ae7601e51)
// Confirmation(address,uint256)
#define CONFIRMATION \
    U256(0x4a504a94899432a9, 0x846e1aa406dceb1b, 0xcfd538bb839071d4, 0x9d1e5e23f5be30ef)
// Revocation(address,uint256)
#define REVOCATION \
    U256(0xf6a317157440607f, 0x36269043eb55f128, 0x7a5a19ba2216afea, 0xb88cd46cbcfb88e9)
// Execution(uint256)
#define EXECUTION \
    U256(0x33e13ecb54c3076d, 0x8e8bb8c2881800a4, 0xd972b792045ffae9, 0x8fdf46df365fed75)

/// Slots of a transaction, counted from that of its entry.
enum { TO = 0, VALUE = 1, EXECUTED = 2, CONFIRMED = 3, LENGTH = 4 };

static u256 part_slot(u256 id, int part) {
    return slot_behind(map_slot(u256_of(TRANSACTIONS), id), part);
}

static u256 confirmation_slot(u256 id, u256 owner) {
    return map_slot(map_slot(u256_of(CONFIRMATIONS), id), owner);
}

static bool is_owner(u256 account) {
    return !u256_is_zero(storage_load(map_slot(u256_of(IS_OWNER), account)));
}

/// The caller, who must be an owner.
static u256 calling_owner(void) {
    address account = caller();
    u256 owner = u256_of_address(&account);
    require(is_owner(owner), "wallet: only owners may do this");
    return owner;
}

/// The transaction that the first argument names.
static u256 known_transaction(arguments given) {
    u256 id = argument_u256(given, 0);
    require(u256_less(id, storage_load(u256_of(TRANSACTION_COUNT))), "wallet: no such transaction");
    return id;
}

/// As known_transaction, of one that has not been executed.
static u256 open_transaction(arguments given) {
    u256 id = known_transaction(given);
    require(u256_is_zero(storage_load(part_slot(id, EXECUTED))), "wallet: already executed");
    return id;
}

/// Stores bytes in words from keccak256(slot) on, their length in the slot.
static void store_bytes(u256 slot, bytes value) {
    storage_store(slot, u256_of(value.length));
    u256 place = array_slot(slot);
    for (uint32_t at = 0; at < value.length; at += 32, place = slot_behind(place, 1)) {
        bytes32 word = {{0}};
        copy_bytes(word.bytes, value.data + at, value.length - at < 32 ? value.length - at : 32);
        storage_store(place, u256_of_word(&word));
    }
}

static bytes load_bytes(u256 slot) {
    uint32_t length = (uint32_t)storage_load(slot).limbs[0];
    uint8_t *data = allocate((length + 31) & ~31u);
    u256 place = array_slot(slot);
    for (uint32_t at = 0; at < length; at += 32, place = slot_behind(place, 1)) {
        bytes32 word = word_of_u256(storage_load(place));
        copy_bytes(data + at, word.bytes, 32);
    }
    return (bytes){data, length};
}

static void emit_of_owner(u256 event, u256 owner, u256 id) {
    const u256 topics[] = {event, owner, id};
    emit(3, topics, TEXT(""));
}

static void emit_of_transaction(u256 event, u256 id) {
    const u256 topics[] = {event, id};
    emit(2, topics, TEXT(""));
}

static void set_confirmation(u256 id, u256 owner, bool confirmed) {
    u256 slot = confirmation_slot(id, owner), count_slot = part_slot(id, CONFIRMED), count;
    u256 old = storage_load(count_slot);
    if (confirmed) {
        require(u256_is_zero(storage_load(slot)), "wallet: already confirmed");
        u256_add_overflows(old, u256_of(1), &count);
    } else {
        require(!u256_is_zero(storage_load(slot)), "wallet: not confirmed");
        u256_sub_overflows(old, u256_of(1), &count);
    }
    storage_store(slot, u256_of(confirmed));
    storage_store(count_slot, count);
    emit_of_owner(confirmed ? CONFIRMATION : REVOCATION, owner, id);
}

static _Noreturn void submit(arguments given) {
    u256 owner = calling_owner(), value = argument_u256(given, 1), next;
    address to = argument_address(given, 0);
    require(u256_fits(value, 128), "wallet: there is not that much ether");
    u256 id = storage_load(u256_of(TRANSACTION_COUNT));
    u256_add_overflows(id, u256_of(1), &next);
    storage_store(u256_of(TRANSACTION_COUNT), next);
    storage_store(part_slot(id, TO), u256_of_address(&to));
    storage_store(part_slot(id, VALUE), value);
    store_bytes(part_slot(id, LENGTH), argument_bytes(given, 2));
    emit_of_transaction(SUBMISSION, id);
    set_confirmation(id, owner, true);
    return_u256(id);
}

static _Noreturn void execute(arguments given) {
    calling_owner();
    u256 id = open_transaction(given);
    u256 confirmed = storage_load(part_slot(id, CONFIRMED));
    require(!u256_less(confirmed, storage_load(u256_of(REQUIRED))),
            "wallet: not enough confirmations");
    // Marked before it runs: it may call back.
    storage_store(part_slot(id, EXECUTED), u256_of(1));
    address to = address_of_u256(storage_load(part_slot(id, TO)));
    u128 value = u128_of_u256(storage_load(part_slot(id, VALUE)));
    uint32_t status = call_account(to, value, load_bytes(part_slot(id, LENGTH)));
    if (status != CALL_SUCCESS) {
        bytes reason = returned_data();
        if (reason.length) {
            eth_revert(reason.data, reason.length);
        }
        revert_with(TEXT("wallet: transaction failed"));
    }
    emit_of_transaction(EXECUTION, id);
    return_nothing();
}

static _Noreturn void return_owners(void) {
    u256 elements = array_slot(u256_of(OWNERS));
    uint32_t count = (uint32_t)storage_load(u256_of(OWNERS)).limbs[0];
    encoder output = encode_begin(2 + count, 0);
    encode_u256(&output, u256_of(32)); // where the array starts
    encode_u256(&output, u256_of(count));
    for (uint32_t i = 0; i < count; i++) {
        encode_u256(&output, storage_load(slot_behind(elements, i)));
    }
    return_encoded(&output);
}

static _Noreturn void return_transaction(u256 id) {
    bytes data = load_bytes(part_slot(id, LENGTH));
    encoder output = encode_begin(5, 32 + ((data.length + 31) & ~31u));
    encode_u256(&output, storage_load(part_slot(id, TO)));
    encode_u256(&output, storage_load(part_slot(id, VALUE)));
    encode_bytes(&output, data);
    encode_u256(&output, storage_load(part_slot(id, EXECUTED)));
    encode_u256(&output, storage_load(part_slot(id, CONFIRMED)));
    return_encoded(&output);
}

static _Noreturn void deposit(void) {
    address sender = caller();
    const u256 topics[] = {DEPOSIT, u256_of_address(&sender)};
    emit_u256(2, topics, u256_of_u128(call_value()));
    return_nothing();
}

/// Functions that change nothing.
static void answer(uint32_t selector, arguments given) {
    switch (selector) {
    case 0xaffe39c1: // owners()
        return_owners();
    case 0x2f54bf6e: // isOwner(address)
    {
        address account = argument_address(given, 0);
        return_bool(is_owner(u256_of_address(&account)));
    }
    case 0xdc8452cd: // required()
        return_u256(storage_load(u256_of(REQUIRED)));
    case 0xb77bf600: // transactionCount()
        return_u256(storage_load(u256_of(TRANSACTION_COUNT)));
    case 0x46bd0841: // transaction(uint256)
        return_transaction(known_transaction(given));
    case 0x80f59a65: // isConfirmed(uint256,address)
    {
        address account = argument_address(given, 1);
        return_u256(storage_load(
            confirmation_slot(argument_u256(given, 0), u256_of_address(&account))));
    }
    }
}

EWASM_MAIN {
    if (eth_getCallDataSize() == 0) {
        deposit();
    }
    reject_value();
    uint32_t selector = call_selector();
    arguments given = call_arguments();
    answer(selector, given);
    switch (selector) {
    case 0x14de327f: // submit(address,uint256,bytes)
        submit(given);
    case 0xba0179b5: // confirm(uint256)
        set_confirmation(open_transaction(given), calling_owner(), true);
        return_nothing();
    case 0x20c5429b: // revoke(uint256)
        set_confirmation(open_transaction(given), calling_owner(), false);
        return_nothing();
    case 0xfe0d94c1: // execute(uint256)
        execute(given);
    }
    revert_silently();
}
