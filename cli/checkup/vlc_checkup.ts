/**
 * Whether the VLC of this machine plays RTSP at all: in Debian 11 to 13 and their like it is built without live555.
 *
 * @module
 */

import { join } from "@std/path";
import type { Finding } from "./finding.ts";

/** Where Debian and its like have libraries: the plugins of VLC are in `/usr/lib/ARCHITECTURE/vlc/plugins`. */
const LIBRARIES = "/usr/lib";
const VLC_ACCESS = ["vlc", "plugins", "access"];
const LIVE555_PLUGIN = "liblive555_plugin.so";

/** What is known of a VLC that is installed as a package; nothing where none is. */
export async function checkVlc(libraries: string = LIBRARIES): Promise<Finding[]> {
  const plugins: string[] = [];
  for (const architecture of ["", ...await namesIn(libraries)]) {
    plugins.push(...await namesIn(join(libraries, architecture, ...VLC_ACCESS)));
  }
  if (plugins.length === 0) return [];
  const topic = "VLC";
  if (plugins.includes(LIVE555_PLUGIN)) {
    return [{ topic, level: "ok", text: "VLC is installed with live555: it plays rtsp:// addresses" }];
  }
  const text = "VLC is installed without live555 and cannot play rtsp:// addresses: use ffplay or mjpegrtsp play";
  return [{ topic, level: "problem", text }];
}

/** What is in a folder; nothing where there is none, or none that may be read. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch {
    return [];
  }
}
