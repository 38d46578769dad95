// Takes the samples through their stories with viem, and prints what it saw.
//   node viem_stories.cjs HTTP_URL MNEMONIC < STORIES
// STORIES and what is printed are JSON: see tests/support/sample_stories.py.
"use strict";

const viem = require("viem");
const { mnemonicToAccount } = require("viem/accounts");
const { foundry } = require("viem/chains");
const { withArguments } = require("./constructor_arguments.cjs");
const { runStories, plain } = require("./stories.cjs");

const [url, phrase] = process.argv.slice(2);
const transport = viem.http(url);
const reader = viem.createPublicClient({ chain: foundry, transport, pollingInterval: 20 });
const test = viem.createTestClient({ mode: "anvil", chain: foundry, transport });
const wallets = [0, 1, 2, 3].map((addressIndex) =>
  viem.createWalletClient({
    account: mnemonicToAccount(phrase, { addressIndex }), chain: foundry, transport,
  }),
);

const isFunction = (signature) => (entry) =>
  entry.type === "function" && viem.toFunctionSignature(entry) === signature;

class Runner {
  constructor({ abi, code }) {
    this.abi = abi;
    this.code = viem.hexToBytes(code);
    this.address = null;
  }

  // The one function of a signature: names may be overloaded.
  called(step) {
    const entry = this.abi.find(isFunction(step.function));
    const args = step.arguments;
    return { address: this.address, abi: [entry], functionName: entry.name, args };
  }

  transaction(step) {
    const value = BigInt(step.value);
    if (step.function === "constructor") {
      const whole = viem.encodeDeployData({ abi: this.abi, bytecode: "0x", args: step.arguments });
      const encoded = viem.hexToBytes(whole);
      const code = encoded.length ? withArguments(this.code, encoded) : this.code;
      return { data: viem.bytesToHex(code), value };
    }
    if (step.function === "") return { to: this.address, value };
    return { to: this.address, data: viem.encodeFunctionData(this.called(step)), value };
  }

  async send(step) {
    const hash = await wallets[step.sender].sendTransaction(this.transaction(step));
    const receipt = await reader.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${step.function}: ${receipt.status}`);
    this.address ??= viem.getAddress(receipt.contractAddress);
    const events = viem.parseEventLogs({ abi: this.abi, logs: receipt.logs });
    return events.map((event) => [event.eventName, plain(event.args)]);
  }

  async call(step) {
    const contract = this.called(step);
    const found = await reader.readContract(contract);
    return plain(contract.abi[0].outputs.length === 1 ? [found] : found);
  }

  async refuse(step) {
    const account = wallets[step.sender].account;
    const value = BigInt(step.value);
    try {
      if (step.function === "constructor") {
        await reader.call({ account, ...this.transaction(step) });
      } else {
        await reader.simulateContract({ account, value, ...this.called(step) });
      }
    } catch (error) {
      const data = error.walk((inner) => typeof inner.data === "string" || inner.raw);
      const [reason] = viem.decodeErrorResult({ abi: [], data: data.raw ?? data.data }).args;
      return reason;
    }
    return null;
  }

  async at(step) {
    await test.setNextBlockTimestamp({ timestamp: BigInt(step.value) });
    return [];
  }
}

runStories((story) => new Runner(story));
