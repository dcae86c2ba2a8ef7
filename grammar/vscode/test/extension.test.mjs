// The bundle can be loaded where only `vscode` is given, the manifest and it know each other, and in
// an editor that notes what it is asked for the server is started, told what is wished, and tests run.

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
  bundle = built("whole.js", { vscode: anything });
});

// The extension, built, with some of what it needs given.
function built(name, given) {
  const file = join(folder, name);
  const outside = Object.keys(given).map((each) => `--external:${each}`);
  const options = ["run", "--silent", "build", "--", `--outfile=${file}`, "--log-level=warning"];
  execFileSync("npm", [...options, ...outside], { cwd: root });
  const load = Module._load;
  Module._load = (each, ...rest) => given[each] ?? load(each, ...rest);
  try {
    return require(file);
  } finally {
    Module._load = load;
  }
}

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

// An editor with settings, and a client that starts, or fails to.
function editor(settings, fails = false) {
  const noted = { commands: {}, clients: [], tasks: [], errors: [], saved: 0, changed: undefined };
  class Noted {
    constructor(...given) {
      Object.assign(this, { given });
    }
  }
  class LanguageClient extends Noted {
    state = "made";
    async start() {
      noted.clients.push(this);
      if (fails) {
        throw new Error("spawn ENOENT");
      }
      this.state = "started";
    }
    async stop() {
      this.state = "stopped";
    }
    async dispose() {
      this.state = "disposed";
    }
  }
  const vscode = {
    Uri: { parse: (address) => ({ fsPath: new URL(address).pathname }) },
    ProcessExecution: Noted,
    Task: Noted,
    TaskScope: { Workspace: "workspace" },
    TaskRevealKind: { Always: "always" },
    commands: {
      registerCommand: (name, run) => {
        noted.commands[name] = run;
        return { dispose() {} };
      },
    },
    tasks: { executeTask: async (task) => noted.tasks.push(task) },
    window: { showErrorMessage: async (text) => noted.errors.push(text) },
    workspace: {
      getConfiguration: (section) => ({ get: (name) => settings[`${section}.${name}`] }),
      getWorkspaceFolder: () => "folder",
      onDidChangeConfiguration: (changed) => {
        noted.changed = changed;
        return { dispose() {} };
      },
      saveAll: async () => (noted.saved += 1),
    },
  };
  const extension = built("wired.js", { vscode, "vscode-languageclient/node": { LanguageClient } });
  delete require.cache[join(folder, "wired.js")];
  return { extension, noted };
}

const SETTINGS = { "lcr.path": "/tools/lcr", "lcr.lint": false, "lcr.inlayHints": { types: false } };

test("the server is started with what is wished, and stopped", async () => {
  const { extension, noted } = editor(SETTINGS);
  const context = { subscriptions: [] };
  await extension.activate(context);
  const [client] = noted.clients;
  const [, , server, options] = client.given;
  assert.deepEqual(server, { command: "/tools/lcr", args: ["lsp"] });
  assert.deepEqual(options.documentSelector, [{ language: "lcr" }]);
  assert.deepEqual(options.initializationOptions, {
    lint: false,
    inlayHints: { types: false },
    runTest: "lcr.runTest",
  });
  assert.equal(client.state, "started");
  assert.equal(context.subscriptions.length, 3);
  await extension.deactivate();
  assert.equal(client.state, "stopped");
});

test("a lens saves what is open and runs the one test", async () => {
  const { extension, noted } = editor({});
  await extension.activate({ subscriptions: [] });
  await noted.commands["lcr.runTest"]("file:///rules/shop.lcr", "a first purchase");
  assert.equal(noted.saved, 1);
  const [task] = noted.tasks;
  const [, scope, title, , run] = task.given;
  assert.deepEqual([scope, title], ["folder", "a first purchase"]);
  assert.deepEqual(run.given, ["lcr", ["test", "/rules/shop.lcr", "-k", "a first purchase"]]);
});

test("another command starts the server anew", async () => {
  const settings = { ...SETTINGS };
  const { extension, noted } = editor(settings);
  await extension.activate({ subscriptions: [] });
  settings["lcr.path"] = "/elsewhere/lcr";
  noted.changed({ affectsConfiguration: (name) => name === "lcr.path" });
  noted.changed({ affectsConfiguration: () => false });
  await new Promise(setImmediate);
  assert.deepEqual(noted.clients.map((each) => each.state), ["disposed", "started"]);
  assert.equal(noted.clients[1].given[2].command, "/elsewhere/lcr");
});

test("a server that does not start is told, with what to do", async () => {
  const { extension, noted } = editor({}, true);
  await extension.activate({ subscriptions: [] });
  assert.match(noted.errors[0], /spawn ENOENT.*pip install 'lifecycle-dsl\[lsp\]'/);
});
