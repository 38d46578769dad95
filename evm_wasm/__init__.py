"""The eWASM virtual machine: wasm contracts on an Ethereum state."""
