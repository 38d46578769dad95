// What the clients in JavaScript share of telling stories: reading, writing, the order of steps.
"use strict";

const { readFileSync } = require("node:fs");

// Values as `plain` of sample_stories.py has them.
function plain(value) {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

// Reads stories, has the runner of each do its steps one after the other, prints what it saw.
async function runStories(runnerOf) {
  const seen = {};
  for (const story of JSON.parse(readFileSync(0, "utf8"))) {
    const runner = runnerOf(story);
    seen[story.sample] = [];
    for (const step of story.steps) {
      const words = step.arguments.map((word) => (word === "SELF" ? runner.address : word));
      const sender = Number(step.sender);
      const done = await runner[step.kind]({ ...step, arguments: words, sender });
      seen[story.sample].push(done);
    }
  }
  console.log(JSON.stringify(seen));
}

module.exports = { plain, runStories };
