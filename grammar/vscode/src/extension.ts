// The client: starts `lcr lsp`, and runs a test when its lens is clicked.

import * as vscode from "vscode";
import { LanguageClient, type Executable } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

function command(): string {
  return vscode.workspace.getConfiguration("lcr").get<string>("path") || "lcr";
}

async function start(): Promise<void> {
  const server: Executable = { command: command(), args: ["lsp"] };
  client = new LanguageClient("lcr", "lcr", server, {
    documentSelector: [{ language: "lcr" }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.lcr") },
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
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  if (document?.isDirty) {
    await document.save();
  }
  const scope = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Workspace;
  const run = new vscode.ProcessExecution(command(), ["test", uri.fsPath, "-k", title]);
  const task = new vscode.Task({ type: "lcr", test: title }, scope, title, "lcr", run);
  task.presentationOptions = { clear: true, reveal: vscode.TaskRevealKind.Always };
  await vscode.tasks.executeTask(task);
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("lcr.runTest", runTest),
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
