/**
 * Runs the tests with other programs and writes the results to the README, with the programs' versions: `deno task interop`. A cell
 * counts tests of real sessions; each compares the decoded pixels of every frame.
 *
 * @module
 */

import { ChildProgram } from "../tests/support/child_program.ts";
import { findProgram, PYTHON_WITH_PLAYERS } from "../tests/support/peers.ts";

const README = "README.md";
const BEGIN = "<!-- interop: written by deno task interop -->";
const END = "<!-- interop: end -->";
const COLUMNS = ["UDP", "TCP", "multicast"] as const;

/** A row of the table: the other program, and the tests that its cells count. */
export interface Row {
  readonly title: string;
  /** The command that prints the version of the other program. */
  readonly version: readonly string[];
  /** Matches the names of the tests; the first group is the transport, UDP if empty. */
  readonly cells: RegExp;
}

const GST_SERVER_VERSION = [
  "/usr/bin/python3",
  "-c",
  "import gi; gi.require_version('Gst','1.0'); from gi.repository import Gst; Gst.init(None); print(Gst.version_string())",
];

/** Without arguments it prints its version and an error. */
const LIVE555_VERSION = ["live555ProxyServer"];

/** The rows of the table. A test may count in several. */
export const ROWS: readonly Row[] = [
  { title: "`serve` to ffmpeg", version: ["ffmpeg", "-version"], cells: /^ffmpeg plays what we serve over (\w+)/ },
  {
    title: "`serve` to GStreamer's rtspsrc",
    version: ["gst-launch-1.0", "--version"],
    cells: /^GStreamer plays what we serve over (\w+)/,
  },
  { title: "`serve` to VLC, on live555", version: ["vlc", "--version"], cells: /^VLC plays what we serve over (\w+)/ },
  {
    title: "`serve` to live555's openRTSP",
    version: LIVE555_VERSION,
    cells: /^live555's openRTSP plays what we serve over (\w+)/,
  },
  {
    title: "`serve` to OpenCV",
    version: [PYTHON_WITH_PLAYERS, "-c", "import cv2; print(cv2.__version__)"],
    cells: /^OpenCV plays what we serve over (\w+)/,
  },
  {
    title: "`serve` to PyAV",
    version: [PYTHON_WITH_PLAYERS, "-c", "import av; print(av.__version__)"],
    cells: /^PyAV plays what we serve over (\w+)/,
  },
  {
    title: "`serve` to gortsplib",
    version: ["gortsplib-player", "--version"],
    cells: /^gortsplib plays what we serve over (\w+)/,
  },
  {
    title: "`serve` to retina",
    version: ["retina-player", "--version"],
    cells: /^retina plays what we serve over (\w+)/,
  },
  {
    title: "`serve` to MediaMTX",
    version: ["mediamtx", "--version"],
    cells: /^play: MediaMTX .*, which pulls what we serve over (\w+)/,
  },
  {
    title: "`play` from MediaMTX",
    version: ["mediamtx", "--version"],
    cells: /^play: MediaMTX over (\w+)/,
  },
  {
    title: "`play` from gst-rtsp-server",
    version: GST_SERVER_VERSION,
    cells: /^play: gst-rtsp-server over (\w+)/,
  },
  {
    title: "`play` from live555ProxyServer",
    version: LIVE555_VERSION,
    cells: /^play: live555's proxy over (\w+)/,
  },
  {
    title: "`serve --publish` from ffmpeg",
    version: ["ffmpeg", "-version"],
    cells: /^serve --publish: ffmpeg over (\w+)/,
  },
  {
    title: "`serve --publish` from GStreamer's rtspclientsink",
    version: ["gst-launch-1.0", "--version"],
    cells: /^serve --publish: GStreamer's rtspclientsink over (\w+)/,
  },
  {
    title: "`serve --publish` from gortsplib",
    version: ["gortsplib-publisher", "--version"],
    cells: /^serve --publish: gortsplib over (\w+)/,
  },
  {
    title: "`push` to ffmpeg",
    version: ["ffmpeg", "-version"],
    cells: /^push: a movie to ffmpeg that listens, over (\w+)/,
  },
  {
    title: "`push` to gst-rtsp-server",
    version: GST_SERVER_VERSION,
    cells: /^push: a movie to gst-rtsp-server over (\w+)/,
  },
  { title: "`push` to MediaMTX", version: ["mediamtx", "--version"], cells: /^push: a movie to MediaMTX over (\w+)/ },
  { title: "RTP/JPEG pushed by ffmpeg", version: ["ffmpeg", "-version"], cells: /takes what ffmpeg pushes()/ },
  {
    title: "RTP/JPEG pushed by GStreamer's rtpjpegpay",
    version: ["gst-launch-1.0", "--version"],
    cells: /takes what GStreamer's rtpjpegpay pushes()/,
  },
];

interface TestResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "ignored";
}

/** Runs the tests and returns their results. */
async function runTests(): Promise<TestResult[]> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    const args = ["test", "--no-prompt", "--allow-all", `--junit-path=${report}`, "tests/interop"];
    await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).output();
    return decodeJUnit(await Deno.readTextFile(report));
  } finally {
    await Deno.remove(report);
  }
}

/** Reads the test cases of a JUnit report. */
export function decodeJUnit(xml: string): TestResult[] {
  return [...xml.matchAll(/<testcase\s+name="([^"]*)"[^>]*?(?:\/>|>([^]*?)<\/testcase>)/g)].map((
    [, name, body = ""],
  ) => ({
    name: name.replace(/&(quot|apos|lt|gt|amp);/g, (_, entity) => ENTITIES[entity]),
    outcome: /<(failure|error)\b/.test(body) ? "failed" : /<skipped\b/.test(body) ? "ignored" : "passed",
  }));
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&" };

/** The first version number that a program prints, or why there is none. */
async function versionOf([program, ...args]: readonly string[]): Promise<string> {
  const path = findProgram(program);
  if (path === undefined) return "not installed";
  // VLC refuses to run as root, even to print its version.
  await using child = new ChildProgram(path, { args, asNobody: Deno.build.os === "linux" && Deno.uid() === 0 });
  const { stdout, stderr } = await child.exit();
  return /\d+(?:\.\d+){2,}/.exec([...stdout, ...stderr].join("\n"))?.[0] ?? "unknown";
}

/** The text of a cell that counts `results`. */
function cellOf(results: readonly TestResult[]): string {
  const failed = results.filter(({ outcome }) => outcome === "failed").length;
  const passed = results.filter(({ outcome }) => outcome === "passed").length;
  if (failed > 0) return `${failed} of ${results.length} fail`;
  return passed === 0 ? "–" : `${passed} pass`;
}

async function tableOf(results: readonly TestResult[]): Promise<string> {
  const lines = [`| other program | version | ${COLUMNS.join(" | ")} |`, "| --- | --- | --- | --- | --- |"];
  for (const { title, version, cells } of ROWS) {
    const cellTexts = COLUMNS.map((column) => {
      const matches = results.filter(({ name }) => {
        const match = cells.exec(name);
        return match !== null && (match[1] || "udp") === column.toLowerCase();
      });
      return cellOf(matches);
    });
    lines.push(`| ${title} | ${await versionOf(version)} | ${cellTexts.join(" | ")} |`);
  }
  const rest = results.filter(({ name }) => !ROWS.some(({ cells }) => cells.test(name)));
  lines.push(
    "",
    `Other tests with these programs (SDP, seeking, authentication, JPEG conditioning, packet dissection): ${
      cellOf(rest)
    }.`,
  );
  return lines.join("\n");
}

if (import.meta.main) {
  const results = await runTests();
  const readme = await Deno.readTextFile(README);
  const [start, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (start < 0 || end < start) {
    throw new Error(`${README} has no place for the table; it needs the lines ${BEGIN} and ${END}`);
  }
  const table = `${BEGIN}\n\n${await tableOf(results)}\n\n`;
  await Deno.writeTextFile(README, readme.slice(0, start) + table + readme.slice(end));
  if (results.some(({ outcome }) => outcome === "failed")) Deno.exit(1);
}
