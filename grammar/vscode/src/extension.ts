// The client: starts `lcr lsp`, tells it what is wished, and runs a test when its lens is clicked.

import * as vscode from "vscode";
import { LanguageClient, type Executable } from "vscode-languageclient/node";

const RUN_TEST = "lcr.runTest";

let client: LanguageClient | undefined;

function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("lcr");
}

function command(): string {
  return settings().get<string>("path") || "lcr";
}

async function start(): Promise<void> {
  const server: Executable = { command: command(), args: ["lsp"] };
  client = new LanguageClient("lcr", "lcr", server, {
    documentSelector: [{ language: "lcr" }],
    initializationOptions: {
      lint: settings().get<boolean>("lint"),
      inlayHints: settings().get<object>("inlayHints"),
      runTest: RUN_TEST,
    },
    synchronize: { configurationSection: "lcr" },
  });
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      `The language server did not start (${reason}). Install it with ` +
        "pip install 'lifecycle-dsl[lsp]', or set lcr.path to the command.",
    );
  }
}

async function restart(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.dispose().catch(() => undefined);
  await start();
}

async function runTest(address: string, title: string): Promise<void> {
  const uri = vscode.Uri.parse(address);
  // The file may use others, or be used by the one on the screen: the command reads the disk.
  await vscode.workspace.saveAll(false);
  const scope = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Workspace;
  const run = new vscode.ProcessExecution(command(), ["test", uri.fsPath, "-k", title]);
  const task = new vscode.Task({ type: "lcr", test: title }, scope, title, "lcr", run);
  task.presentationOptions = { clear: true, reveal: vscode.TaskRevealKind.Always };
  await vscode.tasks.executeTask(task);
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand(RUN_TEST, runTest),
    vscode.commands.registerCommand("lcr.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("lcr.path")) {
        void restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
