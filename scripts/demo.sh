#!/bin/sh
# The main job on real contracts: deploy a token, move some of it, read the balances.
# `make demo` runs this inside its own environment; every command is shown before it runs.
set -eu

ALICE=0x00000000000000000000000000000000000a11ce
BOB=0x0000000000000000000000000000000000000b0b
# Where ALICE's first contract lies: the last 20 bytes of keccak256(rlp([ALICE, nonce 0])).
TOKEN=0x6b182f1488e8efeb2eb298155ed5bd7ff8a14042

folder=$(mktemp -d)
node=
trap 'test -z "$node" || kill "$node"; rm -rf "$folder"' EXIT
STATE=$folder/state.json
printf '{"%s": {"balance": "0xde0b6b3a7640000"}}\n' "$ALICE" >"$STATE"

run() { # Show a command as a user would type it, then run it.
    printf '\n$'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9_./=:-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$@"
}

printf 'Alice has one ether and deploys a token: all of its supply is hers.\n'
run ewasm exec contracts/token/token_deploy.wasm --deploy --from "$ALICE" --state "$STATE" --save

printf '\nShe sends 1000 to Bob.\n'
run ewasm exec "$TOKEN" --call 'transfer(address,uint64)' "$BOB" 1000 \
    --from "$ALICE" --state "$STATE" --save

printf '\nThe two balances, read from the saved state.\n'
run ewasm exec "$TOKEN" --call 'balanceOf(address)(uint64)' "$ALICE" --state "$STATE"
run ewasm exec "$TOKEN" --call 'balanceOf(address)(uint64)' "$BOB" --state "$STATE"

printf '\nThe same on a local chain that every Ethereum client can talk to.\n'
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
export ETH_RPC_URL=http://127.0.0.1:$port
printf '\n$ ewasm node --port %s &\n' "$port"
ewasm node --port "$port" --silent &
node=$!
until ewasm block --json >/dev/null 2>&1; do
    kill -0 "$node" # it has ended: so does the demo
done
run ewasm deploy contracts/token/token_deploy.wasm
FIRST=0x5FbDB2315678afecb367f032d93F642f64180aa3
run ewasm send "$FIRST" 'transfer(address,uint64)' "$BOB" 1000 \
    --event 'Transfer(address indexed,address indexed,uint64)'
run ewasm call "$FIRST" 'balanceOf(address)(uint64)' "$BOB"
