// Takes the samples through their stories with ethers, and prints what it saw.
//   node ethers_stories.cjs HTTP_URL MNEMONIC < STORIES
// STORIES and what is printed are JSON: see tests/support/sample_stories.py.
"use strict";

const { ethers } = require("ethers");
const { withArguments } = require("./constructor_arguments.cjs");
const { runStories, plain } = require("./stories.cjs");

const [url, phrase] = process.argv.slice(2);
// ethers remembers answers, nonces too, for a quarter of a second; blocks come faster here.
const provider = new ethers.JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
provider.pollingInterval = 20;
const mnemonic = ethers.Mnemonic.fromPhrase(phrase);
const wallets = [0, 1, 2, 3].map((index) =>
  ethers.HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`).connect(provider),
);

class Runner {
  constructor({ abi, code }) {
    this.interface = new ethers.Interface(abi);
    this.code = ethers.getBytes(code);
    this.address = null;
  }

  transaction(step) {
    const value = step.value;
    if (step.function === "constructor") {
      const encoded = ethers.getBytes(this.interface.encodeDeploy(step.arguments));
      const code = encoded.length ? withArguments(this.code, encoded) : this.code;
      return { data: ethers.hexlify(code), value };
    }
    if (step.function === "") return { to: this.address, value };
    const data = this.interface.encodeFunctionData(step.function, step.arguments);
    return { to: this.address, data, value };
  }

  async send(step) {
    const sent = await wallets[step.sender].sendTransaction(this.transaction(step));
    const receipt = await sent.wait();
    this.address ??= receipt.contractAddress;
    return receipt.logs.map((log) => {
      const event = this.interface.parseLog(log);
      return [event.name, plain(event.args.toObject())];
    });
  }

  async call(step) {
    const contract = new ethers.Contract(this.address, this.interface, provider);
    const found = await contract.getFunction(step.function).staticCallResult(...step.arguments);
    return plain(found.toArray());
  }

  async refuse(step) {
    try {
      await wallets[step.sender].call(this.transaction(step));
    } catch (error) {
      return error.reason;
    }
    return null;
  }

  async at(step) {
    await provider.send("evm_setNextBlockTimestamp", [Number(step.value)]);
    return [];
  }
}

runStories((story) => new Runner(story)).finally(() => provider.destroy());
