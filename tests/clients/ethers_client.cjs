// Does with ethers what users do with a node, and prints what it saw as one JSON object.
//   node ethers_client.cjs HTTP_URL WEBSOCKET_URL MODULE_FILE ABI_FILE PRIVATE_KEY RECEIVER
"use strict";

const { readFileSync } = require("node:fs");
const { ethers } = require("ethers");

const [url, websocketUrl, moduleFile, abiFile, key, receiver] = process.argv.slice(2);
const abi = JSON.parse(readFileSync(abiFile, "utf8"));
const bytecode = "0x" + readFileSync(moduleFile).toString("hex");
const TOO_MUCH = 10n ** 15n;

async function reasonOf(action) {
  try {
    await action();
  } catch (error) {
    return error.reason;
  }
  return null;
}

async function main() {
  // ethers remembers answers, nonces too, for a quarter of a second; blocks come faster here.
  const provider = new ethers.JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
  const wallet = new ethers.Wallet(key, provider);
  const network = await provider.getNetwork();

  const token = await new ethers.ContractFactory(abi, bytecode, wallet).deploy();
  await token.waitForDeployment();
  const address = await token.getAddress();
  const supply = await token.balanceOf(wallet.address);

  const receipt = await (await token.transfer(receiver, 5n)).wait();
  const fromReceipt = token.interface.parseLog(receipt.logs[0]);
  const past = await token.queryFilter("Transfer", 0, "latest");

  const watcher = new ethers.WebSocketProvider(websocketUrl);
  const watched = new ethers.Contract(address, abi, watcher);
  const block = new Promise((resolve) => watcher.on("block", resolve));
  const event = new Promise((resolve) => watched.on("Transfer", (from, to, amount) => resolve(amount)));
  // Both subscriptions are there once the node has answered on the same connection.
  await watcher.send("eth_chainId", []);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const second = await (await token.transfer(receiver, 7n)).wait();

  const result = {
    chainId: Number(network.chainId),
    supply: Number(supply),
    status: receipt.status,
    event: fromReceipt.name,
    amount: Number(fromReceipt.args.amount),
    to: fromReceipt.args.to,
    past: past.map((entry) => Number(entry.args.amount)),
    watchedBlock: Number(await block),
    minedBlock: second.blockNumber,
    watchedAmount: Number(await event),
    balance: Number(await token.balanceOf(receiver)),
    callReason: await reasonOf(() => token.transfer.staticCall(receiver, TOO_MUCH)),
    estimateReason: await reasonOf(() => token.transfer(receiver, TOO_MUCH)),
  };
  await watcher.destroy();
  provider.destroy();
  console.log(JSON.stringify(result));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
