#!/usr/bin/env node
// Writes the feather files of Argoverse 2 sensor logs as the CSV and float32 files that Concord reads.
//
//   node convert.mjs LOG_OR_FOLDER_OF_LOGS OUT
//
// Numbers are written with as many digits as give the same double (or float) back. Exit code 0: all converted, 2: not.

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { compressionRegistry, CompressionType, tableFromIPC, Type } from "apache-arrow";
import { decompress as decompressZstd } from "fzstd";
import lz4 from "lz4js";

// The release's files are LZ4 frames.
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (data) => lz4.decompress(data) });
compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => decompressZstd(data) });

const TABLES = [
  { from: "annotations.feather", to: "annotations.csv", columns: ["timestamp_ns", "track_uuid", "category"] },
  { from: "city_SE3_egovehicle.feather", to: "city_SE3_egovehicle.csv", columns: ["timestamp_ns", "qw", "tx_m"] },
  {
    from: "calibration/egovehicle_SE3_sensor.feather",
    to: "calibration/egovehicle_SE3_sensor.csv",
    columns: ["sensor_name", "qw", "tx_m"],
  },
  { from: "calibration/intrinsics.feather", to: "calibration/intrinsics.csv", columns: ["sensor_name", "fx_px"] },
];
const SWEEPS = { from: "sensors/lidar", to: "sensors/lidar_bin" };
const ROWS_A_WRITE = 4096;

class ConversionError extends Error {}

function readTable(path, columns) {
  let table;
  try {
    table = tableFromIPC(readFileSync(path));
  } catch (error) {
    throw new ConversionError(`${path}: cannot be read (expected a feather file): ${error.message}`);
  }
  const names = table.schema.fields.map((field) => field.name);
  for (const column of columns) {
    if (!names.includes(column)) throw new ConversionError(`${path}: no column '${column}' (expected ${columns.join(", ")})`);
  }
  return table;
}

/** The text of every value of a column: a float32 by its own shortest digits, not by those of the double it becomes. */
function textOf(field, path) {
  const single = field.type.typeId === Type.Float && field.type.precision === 1;
  return (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number" && single) return shortestFloat(value);
    const text = String(value);
    if (/[",\r\n]/.test(text)) throw new ConversionError(`${path}: '${text.slice(0, 80)}' (expected text without commas, quotes and breaks)`);
    return text;
  };
}

function shortestFloat(value) {
  for (let digits = 6; digits < 9; ++digits) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

/** Writes under a temporary name and renames: what is visible is complete. */
function writeWhole(path, write) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, "w");
  try {
    write((data) => {
      for (let done = 0; done < data.length; ) done += writeSync(file, data, done);
    });
    closeSync(file);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function convertTable(from, to, columns) {
  const table = readTable(from, columns);
  const fields = table.schema.fields;
  const texts = fields.map((field) => textOf(field, from));
  const vectors = fields.map((_, index) => table.getChildAt(index));
  writeWhole(to, (put) => {
    let lines = fields.map((field) => field.name).join(",") + "\n";
    for (let row = 0; row < table.numRows; ++row) {
      lines += vectors.map((vector, index) => texts[index](vector.get(row))).join(",") + "\n";
      if (row % ROWS_A_WRITE === 0) {
        put(Buffer.from(lines));
        lines = "";
      }
    }
    put(Buffer.from(lines));
  });
  return table.numRows;
}

function convertSweep(from, to) {
  const columns = ["x", "y", "z", "intensity"];
  const table = readTable(from, columns);
  const points = Buffer.alloc(table.numRows * 16);
  columns.forEach((column, index) => {
    const vector = table.getChild(column);
    for (let row = 0; row < table.numRows; ++row) points.writeFloatLE(Number(vector.get(row)), row * 16 + index * 4);
  });
  writeWhole(to, (put) => put(points));
  return table.numRows;
}

function convertLog(log, out) {
  const counts = [];
  for (const { from, to, columns } of TABLES) {
    if (!existsSync(join(log, from))) continue;
    counts.push(`${basename(to)} ${convertTable(join(log, from), join(out, to), columns)}`);
  }
  const folder = join(log, SWEEPS.from);
  const sweeps = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".feather")).sort() : [];
  for (const sweep of sweeps) convertSweep(join(folder, sweep), join(out, SWEEPS.to, sweep.replace(/\.feather$/, ".bin")));
  console.log(`${basename(log)}: ${counts.join(", ")} rows, ${sweeps.length} sweeps -> ${out}`);
}

/** Logs: folders with annotations.feather or poses, up to three levels below `folder`. */
function logsBelow(folder, depth = 0) {
  if (TABLES.slice(0, 2).some(({ from }) => existsSync(join(folder, from)))) return [folder];
  if (depth === 3) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => logsBelow(join(folder, entry.name), depth + 1))
    .sort();
}

function main([input, out, ...rest]) {
  if (!input || !out || rest.length > 0) throw new ConversionError("usage: node convert.mjs LOG_OR_FOLDER_OF_LOGS OUT");
  if (!existsSync(input) || !statSync(input).isDirectory()) throw new ConversionError(`${input}: is no folder (expected a log, or a folder of logs)`);
  if ((resolve(out) + sep).startsWith(resolve(input) + sep)) throw new ConversionError(`${out}: lies inside the input (expected a folder elsewhere)`);
  if (existsSync(out) && readdirSync(out).length > 0) throw new ConversionError(`${out}: is not empty (expected a new or empty folder)`);
  const logs = logsBelow(input);
  if (logs.length === 0) throw new ConversionError(`${input}: holds no log (expected annotations.feather or city_SE3_egovehicle.feather)`);
  let failed = 0;
  for (const log of logs) {
    try {
      convertLog(log, join(out, basename(resolve(log))));
    } catch (error) {
      if (!(error instanceof ConversionError) && error.code === undefined) throw error;
      console.error(`argoverse2_to_csv: ${error.message}`);
      ++failed;
    }
  }
  return failed === 0 ? 0 : 2;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(`argoverse2_to_csv: ${error instanceof ConversionError ? error.message : error.stack}`);
  process.exitCode = 2;
}
