// The bundle can be loaded where only `vscode` is given, and the manifest and it know each other.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

// Anything of the editor: can be read, called, constructed and extended.
const anything = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => "anything" : anything),
  apply: () => anything,
  construct: () => ({}),
});

let folder;
let bundle;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "lcr-"));
  const file = join(folder, "extension.js");
  execFileSync("npm", ["run", "--silent", "build", "--", `--outfile=${file}`], { cwd: root });
  const load = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? anything : load(name, ...rest));
  try {
    bundle = require(file);
  } finally {
    Module._load = load;
  }
});

after(() => rm(folder, { recursive: true }));

test("the bundle can be activated and deactivated", () => {
  assert.deepEqual(Object.keys(bundle).sort(), ["activate", "deactivate"]);
});

test("every setting that is read is declared, and every command that is declared is there", async () => {
  const source = await readFile(join(root, "src", "extension.ts"), "utf8");
  const declared = Object.keys(manifest.contributes.configuration.properties);
  const read = [...source.matchAll(/settings\(\)\.get<\w+>\("(\w+)"\)/g)].map((found) => found[1]);
  assert.deepEqual(
    [...new Set(declared.map((name) => name.split(".")[1]))].sort(),
    [...new Set(read)].sort(),
  );
  for (const { command } of manifest.contributes.commands) {
    assert.ok(source.includes(`"${command}"`), command);
  }
});

test("the files that the manifest names are there", async () => {
  const { languages, grammars } = manifest.contributes;
  for (const file of [languages[0].configuration, grammars[0].path]) {
    JSON.parse(await readFile(join(root, file), "utf8"));
  }
});
