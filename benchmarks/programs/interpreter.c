/* A stack machine with a jump table, running a program that counts the steps of the Collatz
 * sequences of all numbers below 3,000: the shape of every bytecode interpreter. */

#include "program.h"

enum { LIMIT = 3000, VARIABLES = 4 };

enum operation {
    PUSH, LOAD, STORE, ADD, MULTIPLY, HALVE, IS_ODD, LESS, JUMP, JUMP_IF, JUMP_UNLESS, STOP
};

enum { NUMBER, VALUE, STEPS };

/* Two bytes an instruction: what to do, and a number, a variable or where to jump. */
static const byte PROGRAM[] = {
    /*  0 */ PUSH, 1, STORE, NUMBER,
    /*  2 */ LOAD, NUMBER, STORE, VALUE,
    /*  4 */ LOAD, VALUE, PUSH, 2, LESS, 0, JUMP_IF, 18,
    /*  8 */ LOAD, VALUE, IS_ODD, 0, JUMP_UNLESS, 22,
    /* 11 */ LOAD, VALUE, PUSH, 3, MULTIPLY, 0, PUSH, 1, ADD, 0, STORE, VALUE, JUMP, 25,
    /* 18 */ LOAD, NUMBER, PUSH, 1, ADD, 0, JUMP, 30,
    /* 22 */ LOAD, VALUE, HALVE, 0, STORE, VALUE,
    /* 25 */ LOAD, STEPS, PUSH, 1, ADD, 0, STORE, STEPS, JUMP, 4,
    /* 30 */ STORE, NUMBER, LOAD, NUMBER, LOAD, 3, LESS, 0, JUMP_IF, 2,
    /* 35 */ STOP, 0,
};

/* Runs the program; returns the value of the variable STEPS. */
static word interpret(word limit) {
    word variables[VARIABLES] = {0, 0, 0, limit};
    word stack[8];
    word *top = stack - 1;
    for (word counter = 0;;) {
        word operand = PROGRAM[2 * counter + 1];
        switch ((enum operation)PROGRAM[2 * counter++]) {
        case PUSH: *++top = operand; break;
        case LOAD: *++top = variables[operand]; break;
        case STORE: variables[operand] = *top--; break;
        case ADD: top--, *top += top[1]; break;
        case MULTIPLY: top--, *top *= top[1]; break;
        case HALVE: *top >>= 1; break;
        case IS_ODD: *top &= 1; break;
        case LESS: top--, *top = *top < top[1]; break;
        case JUMP: counter = operand; break;
        case JUMP_IF: counter = *top-- ? operand : counter; break;
        case JUMP_UNLESS: counter = *top-- ? counter : operand; break;
        case STOP: return variables[STEPS];
        }
    }
}

CONTRACT(interpreter) { finish_number(interpret(LIMIT)); }
