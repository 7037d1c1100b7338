/** The keys for the next stream and the one before, on a real terminal. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { makeLabMovie } from "../support/lab_movie.ts";
import { startOurs, startOurServer } from "../support/our_program.ts";
import { peerTest } from "../support/peers.ts";

/** Runs a program on a terminal of its own; each word of its first argument is what has to be said, and the key for it. */
const TYPIST = `import json, os, pty, sys
keys, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
said = b""
for awaited, key in keys:
    while awaited.encode() not in said:
        said += os.read(terminal, 4096)
    said = b""
    os.write(terminal, key.encode())
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
print("exit code", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;

peerTest("play: n and p play the next stream and the one before, and q ends", ["python3"], async () => {
  await using movie = await makeLabMovie({ frameCount: 400 });
  await Deno.copyFile(join(movie.root, movie.file), join(movie.root, "other.mjpeg"));
  await using server = await startOurServer({ root: movie.root });
  const keys = [
    ["set up movie.Mjpeg", "n"],
    ["plays 2 of 2: other.mjpeg", "p"],
    ["plays 1 of 2: movie.Mjpeg", "n"],
    ["set up other.mjpeg", "q"],
  ];
  const through = ["python3", "-c", TYPIST, JSON.stringify(keys)];
  await using player = startOurs(["play", `rtsp://127.0.0.1:${server.port}/`, "--no-preview"], { through });
  const { stdout } = await player.exit();
  assertEquals(stdout, ["exit code 0"]);
});
