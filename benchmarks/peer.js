// Times npm `wasm-metering` inside Node, so that starting Node does not count.
//
//     node peer.js FOLDER_OF_PACKAGES MOST_SECONDS MODULE.wasm...
//
// One line of JSON for each module: {"seconds": [...], "bytes": N} or {"error": "..."}.
'use strict'

const fs = require('fs')
const path = require('path')

const [packages, mostSeconds, ...modules] = process.argv.slice(2)
const metering = require(path.resolve(packages, 'wasm-metering'))

const RUNS = 3

function time (wasm) {
  const seconds = []
  let bytes = 0
  let total = 0
  while (seconds.length < RUNS && total < Number(mostSeconds)) {
    const start = process.hrtime.bigint()
    bytes = metering.meterWASM(wasm).length
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9)
    total += seconds[seconds.length - 1]
  }
  return { seconds, bytes }
}

for (const module of modules) {
  let answer
  try {
    answer = time(fs.readFileSync(module))
  } catch (error) {
    answer = { error: String(error) }
  }
  console.log(JSON.stringify(answer))
}
