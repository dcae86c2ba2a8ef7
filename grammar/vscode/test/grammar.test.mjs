// The TextMate grammar gives every piece of the language's own snippets and of the shipped rules a
// scope, and the right ones.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const here = new URL(".", import.meta.url);
const folders = ["tests/unit/syntax/language", "rules", "benchmarks"];
const path = new URL("../syntaxes/lcr.tmLanguage.json", here);

const wasm = await readFile(require.resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(await readFile(path, "utf8"), path.pathname),
});
const grammar = await registry.loadGrammar("source.lcr");

function pieces(text) {
  let stack = textmate.INITIAL;
  return text.split(/\r?\n/).flatMap((line) => {
    const read = grammar.tokenizeLine(line, stack);
    stack = read.ruleStack;
    return read.tokens.map((token) => ({
      text: line.slice(token.startIndex, token.endIndex),
      scopes: token.scopes.slice(1),
    }));
  });
}

function scopeOf(line, word) {
  const found = pieces(line).find((piece) => piece.text.trim() === word);
  assert.ok(found, `${word} in ${line}`);
  return found.scopes.at(-1);
}

for (const folder of folders) {
  const place = new URL(`../../../${folder}/`, here);
  const names = (await readdir(place)).filter((name) => name.endsWith(".lcr"));
  test(`there are files in ${folder}`, () => assert.ok(names.length > 0));
  for (const name of names) {
    test(`every piece of ${folder}/${name} has a scope`, async () => {
      const bare = pieces(await readFile(new URL(name, place), "utf8")).filter(
        (piece) => piece.text.trim() && piece.scopes.length === 0,
      );
      assert.deepEqual(bare, []);
    });
  }
}

const EXPECTED = [
  ["event purchase { amount: money }", "event", "keyword.declaration.lcr"],
  ["event purchase { amount: money }", "purchase", "entity.name.type.lcr"],
  ["event purchase { amount: money }", "amount", "variable.other.property.lcr"],
  ["event purchase { amount: money }", "money", "support.type.lcr"],
  ["score s { half-life 14d }", "half-life", "keyword.control.lcr"],
  ["score s { half-life 14d }", "14d", "constant.numeric.duration.lcr"],
  ["let x = sum(amount of purchase)", "sum", "support.function.lcr"],
  ["stage a { -> b on c # why", "# why", "comment.line.number-sign.lcr"],
  ["stage a { -> b on c # why", "->", "keyword.operator.arrow.lcr"],
  ["season s = 2026-12-25", "2026-12-25", "constant.other.date.lcr"],
  ["quiet 21:00 to 08:00", "21:00", "constant.other.time.lcr"],
  ["segment s = a and not b", "and", "keyword.operator.word.lcr"],
  ['send email "hi_{tier}"', "tier", "variable.other.lcr"],
  ['send email "hi_{tier}"', "send", "keyword.control.lcr"],
  ['send email "a {{b}}" { c: strategy.tone }', "tone", "variable.other.member.lcr"],
];

for (const [line, word, scope] of EXPECTED) {
  test(`\`${word}\` in \`${line}\``, () => assert.equal(scopeOf(line, word), scope));
}

test("a text that is not closed ends with its line", () => {
  assert.equal(pieces('let a = "x\nlet b = 1').at(-1).scopes.at(-1), "constant.numeric.lcr");
});
