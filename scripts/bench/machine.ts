/**
 * The machine and the programs that the numbers come from, for docs/BENCHMARKS.md.
 *
 * @module
 */

import denoConfig from "../../deno.json" with { type: "json" };

/** The other programs, and how each prints its version. */
const PROGRAMS: readonly (readonly [name: string, program: string, args: readonly string[], version: RegExp])[] = [
  ["GStreamer", "gst-launch-1.0", ["--version"], /GStreamer (\S+)/],
  ["ffmpeg", "ffmpeg", ["-version"], /ffmpeg version (\S+)/],
  ["Python", "python3", ["--version"], /Python (\S+)/],
  ["C compiler", "cc", ["--version"], /^(.+)$/m],
];

/** Names and values, in the order of the table. */
export type Machine = readonly (readonly [name: string, value: string])[];

/** Describes this machine. Call it before the benchmark, since it reads how busy the machine is. */
export async function describeMachine(): Promise<Machine> {
  const cpuInfo = await Deno.readTextFile("/proc/cpuinfo");
  const osRelease = await Deno.readTextFile("/etc/os-release").catch(() => "");
  const distribution = /^PRETTY_NAME="?([^"\n]+)/m.exec(osRelease)?.[1] ?? "Linux";
  return [
    ["Date", new Date().toISOString().slice(0, 10)],
    ["mjpegrtsp", denoConfig.version],
    [
      "CPU",
      `${/^model name\s*: (.+)$/m.exec(cpuInfo)?.[1] ?? Deno.build.arch}, ${navigator.hardwareConcurrency} cores`,
    ],
    ["Load before the run", (await Deno.readTextFile("/proc/loadavg")).split(" ")[0]],
    ["System", `${distribution}, Linux ${Deno.osRelease()}`],
    ["Deno", `${Deno.version.deno}, V8 ${Deno.version.v8}`],
    ...await Promise.all(PROGRAMS.map(async ([name, program, args, version]): Promise<[string, string]> => {
      return [name, version.exec(await outputOf(program, args))?.[1] ?? "not installed"];
    })),
  ];
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(program, { args: [...args], stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
