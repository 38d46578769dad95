/* A token ledger in memory: 120,000 transfers between 200 holders, refused where the balance is too
 * small. Holders have addresses of 20 bytes, found in a hash table; amounts have 128 bits. The
 * result is a hash of all balances, in the order of the holders, and the number of refusals. */

#include "program.h"

enum { HOLDERS = 200, SLOTS = 512, TRANSFERS = 120000, ADDRESS_WORDS = 5 };

typedef struct {
    long_word high, low;
} amount;

typedef struct {
    word address[ADDRESS_WORDS];
    word used;
    amount balance;
} account;

static word holders[HOLDERS][ADDRESS_WORDS];
static account accounts[SLOTS];

static int same_address(const word *a, const word *b) {
    for (int i = 0; i < ADDRESS_WORDS; i++) {
        if (a[i] != b[i]) {
            return 0;
        }
    }
    return 1;
}

/* The account of an address, made if there is none: open addressing, linear probing. */
static account *find(const word *address) {
    word slot = 0;
    for (int i = 0; i < ADDRESS_WORDS; i++) {
        slot = (slot ^ address[i]) * 0x9e3779b1;
    }
    slot >>= 23;
    while (accounts[slot].used && !same_address(accounts[slot].address, address)) {
        slot = (slot + 1) % SLOTS;
    }
    account *found = &accounts[slot];
    if (!found->used) {
        for (int i = 0; i < ADDRESS_WORDS; i++) {
            found->address[i] = address[i];
        }
        found->used = 1;
    }
    return found;
}

/* Moves an amount; 0 if the sender has less. */
static int transfer(const word *from, const word *to, amount value) {
    account *sender = find(from);
    amount *a = &sender->balance;
    if (a->high < value.high || (a->high == value.high && a->low < value.low)) {
        return 0;
    }
    a->high -= value.high + (a->low < value.low);
    a->low -= value.low;
    amount *b = &find(to)->balance;
    b->low += value.low;
    b->high += value.high + (b->low < value.low);
    return 1;
}

static void start(word *seed) {
    for (int slot = 0; slot < SLOTS; slot++) {
        accounts[slot].used = 0;
    }
    for (int i = 0; i < HOLDERS; i++) {
        for (int j = 0; j < ADDRESS_WORDS; j++) {
            holders[i][j] = next_random(seed);
        }
        account *holder = find(holders[i]);
        holder->balance.high = i;
        holder->balance.low = 0;
    }
}

CONTRACT(token) {
    word seed = 9;
    word refused = 0;
    start(&seed);
    for (int i = 0; i < TRANSFERS; i++) {
        word from = next_random(&seed) % HOLDERS;
        word to = next_random(&seed) % HOLDERS;
        amount value;
        value.high = next_random(&seed) % 16;
        value.low = (long_word)next_random(&seed) << 32 | next_random(&seed);
        refused += !transfer(holders[from], holders[to], value);
    }
    long_word hash = refused;
    for (int i = 0; i < HOLDERS; i++) {
        const amount *balance = &find(holders[i])->balance;
        hash = (hash * 31 + balance->high) * 31 + balance->low;
    }
    finish_number(hash);
}
