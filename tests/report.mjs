// Sums up test runs, each in a folder of .trx files; what of one failed and was tried once more is in the folder of that name with "-again".
//   node report.mjs failed FOLDER          one line for each assembly with failed tests: its path, a tab, a filter for "dotnet test"
//   node report.mjs sum STATUS FOLDER...   what failed, with messages and where, and, as the last line, "N passed, N failed" (and
//                                          ", N skipped" when any). Fails when a test failed, when none ran, and when a run itself failed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// an aborted or timed-out test did not pass either
const FAILED = ["Failed", "Error", "Timeout", "Aborted"];
const MESSAGE_LINES = 30;
const TRACE_LINES = 10;

// More than these are no accident of a busy machine.
const MAX_AGAIN = 10;

const [command, ...args] = process.argv.slice(2);
if (command === "failed") listFailed(args[0]);
else sum(args[0], args.slice(1).map(runOf));

function listFailed(folder) {
  const failed = runOf(folder).failed;
  if (failed.length > MAX_AGAIN) return;
  for (const assembly of new Set(failed.map((result) => result.assembly))) {
    const methods = new Set(failed.filter((result) => result.assembly === assembly).map((result) => result.method));
    console.log(`${assembly}\t${[...methods].map((method) => `FullyQualifiedName~.${method}`).join("|")}`);
  }
}

function sum(status, runs) {
  const total = (pick) => runs.reduce((count, run) => count + pick(run).length, 0);
  const second = runs.flatMap((run) => run.second);
  const failed = runs.flatMap((run) => run.failed.filter((result) => !run.second.includes(result)));
  for (const result of second) print("Failed at first, passed alone", result);
  for (const result of failed) print("Failed", result);
  const passed = total((run) => run.passed) + second.length;
  if (passed + failed.length === 0) {
    console.error("No test ran.");
    process.exitCode = 1;
  } else if (failed.length > 0) {
    process.exitCode = 1;
  } else if (runs.some((run) => run.isBroken) || (status !== "0" && second.length === 0)) {
    // every counted test passed, but a test process crashed or a project could not run
    console.error(`A test run ended with code ${status}; see above.`);
    process.exitCode = 1;
  }
  const skipped = total((run) => run.skipped);
  console.log(`${passed} passed, ${failed.length} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
}

function print(what, { name, message, trace }) {
  console.log(`${what}: ${name}`);
  console.log([...linesOf(message, MESSAGE_LINES), ...linesOf(trace, TRACE_LINES)].join("\n"));
}

// A test that passed when it was tried alone is among the second, and still among the failed; one that failed only then is failed, too.
function runOf(folder) {
  const first = readRun(folder);
  const again = existsSync(`${folder}-again`) ? readRun(`${folder}-again`) : undefined;
  if (again === undefined) return { ...first, second: [] };
  const isSame = (one) => (other) => one.name === other.name && one.assembly === other.assembly && one.type === other.type;
  return {
    ...first,
    failed: [...first.failed, ...again.failed.filter((result) => !first.failed.some(isSame(result)))],
    second: first.failed.filter((result) => again.passed.some(isSame(result))),
    isBroken: first.isBroken || again.isBroken,
  };
}

function readRun(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".trx")).map((name) => readFileSync(join(folder, name), "utf8"));
  const results = files.flatMap(resultsOf);
  return {
    passed: results.filter((result) => result.outcome === "Passed"),
    failed: results.filter((result) => FAILED.includes(result.outcome)),
    skipped: results.filter((result) => result.outcome === "NotExecuted"),
    isBroken: files.some((trx) => /<RunInfo [^>]*outcome="(Error|Failed|Aborted)"/.test(trx)),
  };
}

// One element per test; a failed one holds its message.
function resultsOf(trx) {
  const methods = new Map([...trx.matchAll(/<UnitTest [^>]*? id="([^"]*)"[\s\S]*?<TestMethod ([^>]*?)\/>/g)].map(([, id, attributes]) => [id, attributes]));
  return [...trx.matchAll(/<UnitTestResult ([^>]*?)(\/>|>([\s\S]*?)<\/UnitTestResult>)/g)].map(([, attributes, , content]) => {
    const method = methods.get(attributeOf(attributes, "testId")) ?? "";
    return {
      name: attributeOf(attributes, "testName"),
      assembly: attributeOf(method, "codeBase"),
      type: attributeOf(method, "className"),
      method: attributeOf(method, "name").replace(/[^\w].*$/s, ""),
      outcome: attributeOf(attributes, "outcome"),
      message: textOf(/<Message>([\s\S]*?)<\/Message>/.exec(content ?? "")?.[1] ?? ""),
      trace: textOf(/<StackTrace>([\s\S]*?)<\/StackTrace>/.exec(content ?? "")?.[1] ?? ""),
    };
  });
}

function attributeOf(text, name) {
  return textOf(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1] ?? "");
}

function linesOf(text, count) {
  return text.trim().split("\n").slice(0, count).filter((line) => line !== "").map((line) => `    ${line.trimEnd()}`);
}

function textOf(xml) {
  const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return xml.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) =>
    name ? named[name] ?? name : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)));
}
