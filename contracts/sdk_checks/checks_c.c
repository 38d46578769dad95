/* The C SDK as contract functions. */

#include "ewasm.h"

static _Noreturn void arithmetic(arguments given) {
    u256 a = argument_u256(given, 1), b = argument_u256(given, 2), result = u256_of(0);
    bool flag = false;
    switch (argument_bits(given, 0, 8)) {
    case 0: flag = u256_add_overflows(a, b, &result); break;
    case 1: flag = u256_sub_overflows(a, b, &result); break;
    case 2: flag = u256_mul_overflows(a, b, &result); break;
    case 3: result = u256_of(u256_less(a, b)), flag = u256_equal(a, b); break;
    }
    encoder output = encode_begin(2, 0);
    encode_u256(&output, result);
    encode_bool(&output, flag);
    return_encoded(&output);
}

static u256 checked(uint64_t operation, u256 a, u256 b) {
    switch (operation) {
    case 0: return u256_add(a, b);
    case 1: return u256_sub(a, b);
    case 2: return u256_mul(a, b);
    case 3: return u256_div(a, b);
    default: return u256_mod(a, b);
    }
}

static u128 checked128(uint64_t operation, u128 a, u128 b) {
    u128 result = 0;
    bool overflows = false;
    switch (operation) {
    case 0: overflows = u128_add_overflows(a, b, &result); break;
    case 1: overflows = u128_sub_overflows(a, b, &result); break;
    case 2: overflows = u128_mul_overflows(a, b, &result); break;
    default:
        if (b == 0) {
            revert_with_panic(PANIC_DIVISION_BY_ZERO);
        }
        result = operation == 3 ? a / b : a % b;
    }
    if (overflows) {
        revert_with_panic(PANIC_OVERFLOW);
    }
    return result;
}

static _Noreturn void echo(arguments given) {
    bytes text = argument_bytes(given, 4), data = argument_bytes(given, 6);
    encoder output = encode_begin(7, 64 + ((text.length + 31) & ~31u) + ((data.length + 31) & ~31u));
    encode_u256(&output, argument_u256(given, 0));
    encode_address(&output, argument_address(given, 1));
    encode_bool(&output, argument_bool(given, 2));
    encode_bytes32(&output, argument_bytes32(given, 3));
    encode_bytes(&output, text);
    encode_u256(&output, u256_of(argument_u64(given, 5)));
    encode_bytes(&output, data);
    return_encoded(&output);
}

EWASM_MAIN {
    arguments given = call_arguments();
    switch (call_selector()) {
    case 0x97b90826: // arithmetic(uint8,uint256,uint256)
        arithmetic(given);
    case 0x18c080e6: // checked(uint8,uint256,uint256)
        return_u256(checked(argument_bits(given, 0, 8), argument_u256(given, 1),
                            argument_u256(given, 2)));
    case 0xa1a5b3e7: // checked128(uint8,uint128,uint128)
        return_u256(u256_of_u128(checked128(argument_bits(given, 0, 8), argument_u128(given, 1),
                                            argument_u128(given, 2))));
    case 0xacc1741f: // echo(uint256,address,bool,bytes32,string,uint64,bytes)
        echo(given);
    case 0xaa1e84de: // hash(bytes)
    {
        bytes data = argument_bytes(given, 0);
        return_bytes32(keccak256(data.data, data.length));
    }
    case 0x1bbc1a18: // entry(uint256,uint256)
        return_u256(map_slot(argument_u256(given, 0), argument_u256(given, 1)));
    case 0xe0d64b37: // elements(uint256)
        return_u256(array_slot(argument_u256(given, 0)));
    case 0x78122f3a: // fail(string)
        revert_with(argument_bytes(given, 0));
    case 0x0ebb6188: // narrow(uint256)
        return_u256(u256_of_u128(u128_of_u256(argument_u256(given, 0))));
    case 0x6fadcf72: // forward(address,bytes)
    {
        uint32_t status = call_account(argument_address(given, 0), 0, argument_bytes(given, 1));
        bytes data = returned_data();
        encoder output = encode_begin(2, 32 + ((data.length + 31) & ~31u));
        encode_u256(&output, u256_of(status));
        encode_bytes(&output, data);
        return_encoded(&output);
    }
    case 0xb3b36bb3: // whoami()
        return_address(own_address());
    case 0x448f30a3: // nothing()
        return_nothing();
    }
    revert_silently();
}
