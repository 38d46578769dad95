// How a deployer in JavaScript hands a constructor its arguments: as the last custom section.
"use strict";

// Init code and ABI-encoded arguments, both bytes; gives init code with them.
function withArguments(initCode, encoded) {
  const name = Buffer.from("constructor_arguments");
  const content = Buffer.concat([Buffer.from([name.length]), name, encoded]);
  return Buffer.concat([initCode, Buffer.from([0, ...unsignedLeb128(content.length)]), content]);
}

function unsignedLeb128(number) {
  return number < 128 ? [number] : [(number % 128) | 128, ...unsignedLeb128(number >>> 7)];
}

module.exports = { withArguments };
