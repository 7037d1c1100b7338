/** The keys of a player that records, on a terminal. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { indexFile } from "../../mjpeg/containers/index_file.ts";
import { memoryFile } from "../support/memory_file.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/**
 * Runs a program on a terminal of its own, waits until a file has something in it, and then types: each word of its second argument is
 * a key, and what has to be said behind it. Prints the exit code.
 */
const TYPIST = `import json, os, pty, sys, time
path, keys, command = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
said = b""
while not os.path.exists(path) or os.path.getsize(path) < 50000:
    time.sleep(0.02)
for key, answer in keys:
    os.write(terminal, key.encode())
    while answer.encode() not in said:
        said += os.read(terminal, 4096)
    said = b""
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
print("exit code", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;

const ASKS = "Recording: press q again to end it, any other key to go on";
const GOES_ON = "The recording goes on";

for (
  const [title, keys] of [
    ["q asks, another key goes on, and q twice ends", [["q", ASKS], ["x", GOES_ON], ["q", ASKS], ["q", ""]]],
    ["Ctrl-C ends at once", [["\x03", ""]]],
  ] as const
) {
  peerTest(`play --out on a terminal: ${title}, with all whole frames`, ["python3"], async () => {
    await using directory = await temporaryDirectory();
    await using server = await startOurServer({ root: "." });
    const path = join(directory.path, "movie.mjpg");
    const url = `rtsp://127.0.0.1:${server.port}/testsrc`;
    await using player = startOurs(["play", url, "--no-preview", "--out", path], {
      through: ["python3", "-c", TYPIST, path, JSON.stringify(keys)],
      write: true,
    });
    await player.waitForLine(/^exit code 0$/);
    const { problem, count } = await indexFile(memoryFile(await Deno.readFile(path)));
    assertEquals([problem, count > 1], [undefined, true]);
  });
}
