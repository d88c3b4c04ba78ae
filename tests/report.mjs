// Sums up a test run: node report.mjs FOLDER STATUS
// FOLDER holds the .trx files, STATUS is what "dotnet test" ended with. Prints the failed tests with their messages and where they failed,
// and, as the last line, "N passed, N failed" (and ", N skipped" when any). Fails when a test failed, when none ran, and when the run itself
// failed.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// an aborted or timed-out test did not pass either
const FAILED = ["Failed", "Error", "Timeout", "Aborted"];
const MESSAGE_LINES = 30;
const TRACE_LINES = 10;

const [folder, status] = process.argv.slice(2);
const results = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith(".trx"))
  .flatMap((name) => resultsOf(readFileSync(join(folder, name), "utf8")));
const passed = results.filter((result) => result.outcome === "Passed");
const failed = results.filter((result) => FAILED.includes(result.outcome));
const skipped = results.filter((result) => result.outcome === "NotExecuted");

for (const { name, message, trace } of failed) {
  console.log(`Failed: ${name}`);
  console.log([...linesOf(message, MESSAGE_LINES), ...linesOf(trace, TRACE_LINES)].join("\n"));
}
if (passed.length + failed.length === 0) {
  console.error("No test ran.");
  process.exitCode = 1;
} else if (failed.length > 0) {
  process.exitCode = 1;
} else if (status !== "0") {
  // every counted test passed, but a test process crashed or a project could not run
  console.error(`A test run ended with code ${status}; see above.`);
  process.exitCode = Number(status);
}
console.log(`${passed.length} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`);

// One element per test; a failed one holds its message.
function resultsOf(trx) {
  return [...trx.matchAll(/<UnitTestResult ([^>]*?)(\/>|>([\s\S]*?)<\/UnitTestResult>)/g)].map(([, attributes, , content]) => ({
    name: textOf(/testName="([^"]*)"/.exec(attributes)?.[1] ?? ""),
    outcome: /outcome="([^"]*)"/.exec(attributes)?.[1],
    message: textOf(/<Message>([\s\S]*?)<\/Message>/.exec(content ?? "")?.[1] ?? ""),
    trace: textOf(/<StackTrace>([\s\S]*?)<\/StackTrace>/.exec(content ?? "")?.[1] ?? ""),
  }));
}

function linesOf(text, count) {
  return text.trim().split("\n").slice(0, count).map((line) => `    ${line.trimEnd()}`);
}

function textOf(xml) {
  const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return xml.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) =>
    name ? named[name] ?? name : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)));
}
