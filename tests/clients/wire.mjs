// Lines of JSON between the C# tests and the programs here; what JSON has no word for is written as driver.mjs says.

export function write(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

export function toWire(value) {
  if (value instanceof ArrayBuffer) return { $b64: Buffer.from(value).toString("base64") };
  if (ArrayBuffer.isView(value)) {
    return { $b64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  }
  if (value instanceof Date) return { $date: value.toISOString() };
  return mapNested(value, toWire);
}

export function fromWire(value) {
  if (typeof value?.$b64 === "string") return Buffer.from(value.$b64, "base64");
  if (typeof value?.$date === "string") return new Date(value.$date);
  if (value?.$undefined === true) return undefined;
  if (typeof value?.$json === "string") return JSON.parse(value.$json);
  return mapNested(value, fromWire);
}

function mapNested(value, map) {
  if (Array.isArray(value)) return value.map(map);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]));
}
