// Does with viem what users do with a node, and prints what it saw as one JSON object.
//   node viem_client.cjs HTTP_URL WEBSOCKET_URL MODULE_FILE ABI_FILE PRIVATE_KEY RECEIVER
"use strict";

const { readFileSync } = require("node:fs");
const viem = require("viem");
const { privateKeyToAccount } = require("viem/accounts");
const { foundry } = require("viem/chains");

const [url, websocketUrl, moduleFile, abiFile, key, receiver] = process.argv.slice(2);
const abi = JSON.parse(readFileSync(abiFile, "utf8"));
const bytecode = "0x" + readFileSync(moduleFile).toString("hex");
const TOO_MUCH = 10n ** 15n;
const STRANGER = "0x00000000000000000000000000000000000a11ce";

async function reasonOf(action) {
  try {
    await action();
  } catch (error) {
    return error.walk((inner) => inner instanceof viem.ContractFunctionRevertedError).reason;
  }
  return null;
}

async function controls(test, reader) {
  const snapshot = await test.snapshot();
  const before = await reader.getBlock();
  await test.setBalance({ address: STRANGER, value: viem.parseEther("3") });
  await test.increaseTime({ seconds: 1000 });
  await test.mine({ blocks: 2 });
  const after = await reader.getBlock();
  await test.impersonateAccount({ address: STRANGER });
  const hash = await test.request({
    method: "eth_sendTransaction",
    params: [{ from: STRANGER, to: receiver, value: "0x1" }],
  });
  const sent = await reader.getTransactionReceipt({ hash });
  await test.stopImpersonatingAccount({ address: STRANGER });
  await test.setNextBlockTimestamp({ timestamp: after.timestamp + 5000n });
  await test.mine({ blocks: 1 });
  const timed = await reader.getBlock();
  await test.revert({ id: snapshot });
  return {
    mined: Number(after.number - before.number),
    waited: Number(after.timestamp - before.timestamp) >= 1000,
    impersonated: sent.status,
    timestamp: Number(timed.timestamp - after.timestamp),
    reverted: (await reader.getBlockNumber({ cacheTime: 0 })) === before.number,
    balance: Number(await reader.getBalance({ address: STRANGER })),
  };
}

async function main() {
  const account = privateKeyToAccount(key);
  const transport = viem.http(url);
  const wallet = viem.createWalletClient({ account, chain: foundry, transport });
  const reader = viem.createPublicClient({ chain: foundry, transport, pollingInterval: 50 });
  const test = viem.createTestClient({ mode: "anvil", chain: foundry, transport });
  const socket = viem.webSocket(websocketUrl);
  const watcher = viem.createPublicClient({ chain: foundry, transport: socket });

  const deployment = await wallet.deployContract({ abi, bytecode });
  const deployed = await reader.waitForTransactionReceipt({ hash: deployment });
  const address = deployed.contractAddress;
  const read = (functionName, args) => reader.readContract({ address, abi, functionName, args });
  const transfer = (amount) =>
    wallet.writeContract({ address, abi, functionName: "transfer", args: [receiver, amount] });
  const supply = await read("balanceOf", [account.address]);

  const receipt = await reader.waitForTransactionReceipt({ hash: await transfer(5n) });
  const [fromReceipt] = viem.parseEventLogs({ abi, logs: receipt.logs });
  const past = await reader.getContractEvents({ address, abi, eventName: "Transfer", fromBlock: 0n });

  let unwatchBlocks, unwatchEvents;
  const block = new Promise((resolve) => {
    unwatchBlocks = watcher.watchBlocks({ onBlock: resolve });
  });
  const event = new Promise((resolve) => {
    unwatchEvents = watcher.watchContractEvent({
      address, abi, eventName: "Transfer", onLogs: (logs) => resolve(logs[0].args.amount),
    });
  });
  await watcher.getChainId();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const second = await reader.waitForTransactionReceipt({ hash: await transfer(7n) });

  const failing = { address, abi, functionName: "transfer", args: [receiver, TOO_MUCH], account };
  const result = {
    chainId: await reader.getChainId(),
    supply: Number(supply),
    status: receipt.status,
    event: fromReceipt.eventName,
    amount: Number(fromReceipt.args.amount),
    to: fromReceipt.args.to,
    past: past.map((entry) => Number(entry.args.amount)),
    watchedBlock: Number((await block).number),
    minedBlock: Number(second.blockNumber),
    watchedAmount: Number(await event),
    balance: Number(await read("balanceOf", [receiver])),
    callReason: await reasonOf(() => reader.simulateContract(failing)),
    estimateReason: await reasonOf(() => wallet.writeContract(failing)),
    controls: await controls(test, reader),
  };
  unwatchBlocks();
  unwatchEvents();
  (await watcher.transport.getRpcClient()).close();
  console.log(JSON.stringify(result));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
