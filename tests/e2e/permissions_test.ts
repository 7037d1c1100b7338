/** With all the permissions that the executable is baked with, a subcommand keeps only those that it needs. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { BAKED_PERMISSIONS } from "../../scripts/compile.ts";
import { ChildProgram } from "../support/child_program.ts";
import { startOurServer } from "../support/our_program.ts";
import { reservePort } from "../support/ports.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const PROJECT = fromFileUrl(new URL("../../", import.meta.url));

/** Starts a subcommand as the executable would, with the probe inside and the audit outside. */
function startAudited(args: readonly string[], audit: string): ChildProgram {
  return new ChildProgram(Deno.execPath(), {
    args: ["run", ...BAKED_PERMISSIONS, "--preload=tests/support/permission_probe.ts", "main.ts", ...args],
    cwd: PROJECT,
    env: { DENO_AUDIT_PERMISSIONS: audit },
  });
}

/** What was asked of the system, as "permission value". */
async function readAudit(path: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(path)).trim().split("\n");
  return [...new Set(lines.map((line) => JSON.parse(line)).map(({ permission, value }) => `${permission} ${value}`))];
}

/** Nothing but net and read; Deno 2.9.6 also lists a write for each path that is looked at with stat or realPath. */
function assertNetAndRead(audited: readonly string[]): void {
  for (const entry of audited) {
    const [permission, ...value] = entry.split(" ");
    if (permission === "write") assert(audited.includes(`read ${value.join(" ")}`), `a write: ${entry}`);
    else assert(permission === "net" || permission === "read", entry);
  }
}

Deno.test("serve keeps nothing in its main thread, and net and read in the others", async () => {
  await using directory = await temporaryDirectory();
  const audit = join(directory.path, "audit.jsonl");
  await using program = startAudited(["serve", "--host", "127.0.0.1", "--port", "0"], audit);
  const [, port] = await program.waitForLine(/rtsp:\/\/127\.0\.0\.1:(\d+)/);
  // The test source's worker is started, too.
  await using player = startAudited(
    ["play", "127.0.0.1", port, String(reservePort()), "testsrc", "--no-preview", "--frames", "3"],
    join(directory.path, "play.jsonl"),
  );
  assertEquals((await player.exit()).code, 0);
  assertEquals((await program.stop("SIGINT")).code, 0);
  assertEquals(program.stderr.filter((line) => /^(?:granted|left): /.test(line)).at(-1), "left: nothing");
  assertNetAndRead(await readAudit(audit));
});

Deno.test("play with its page keeps net alone", async () => {
  await using directory = await temporaryDirectory();
  await using server = await startOurServer({ root: "." });
  const audit = join(directory.path, "audit.jsonl");
  const args = ["play", "127.0.0.1", String(server.port), String(reservePort()), "testsrc", "--frames", "3"];
  await using program = startAudited([...args, "--preview-port", String(reservePort())], audit);
  assertEquals((await program.exit()).code, 0);
  await program.waitForLine(/^granted: net$/);
  assertNetAndRead(await readAudit(audit));
});

Deno.test("play with --out keeps net alone, too", async () => {
  await using directory = await temporaryDirectory();
  await using server = await startOurServer({ root: "." });
  const args = ["play", "127.0.0.1", String(server.port), String(reservePort()), "testsrc", "--frames", "3"];
  const out = join(directory.path, "out.mjpeg");
  await using program = startAudited([...args, "--no-preview", "--out", out], join(directory.path, "audit.jsonl"));
  assertEquals((await program.exit()).code, 0);
  await program.waitForLine(/^granted: net$/);
});

Deno.test("testsrc reads and writes where its file is, and --help nothing", async () => {
  await using directory = await temporaryDirectory();
  const audit = join(directory.path, "audit.jsonl");
  const out = join(directory.path, "out.mjpeg");
  await using program = startAudited(["testsrc", out, "--seconds", "0.1"], audit);
  assertEquals((await program.exit()).code, 0);
  const used = new Set(await readAudit(audit));
  const folder = ["read", "write"].map((right) => `${right} ${directory.path}`);
  // The thread that stores frames is started from the program itself; Deno lists the right that it is given as one that is used.
  const elsewhere = [...used].filter((line) =>
    !folder.some((right) => line.startsWith(`${right}/`)) && !line.startsWith("read file://") && line !== "write null"
  );
  assertEquals(elsewhere.toSorted(), folder);
  const helpAudit = join(directory.path, "help.jsonl");
  await using help = startAudited(["serve", "--help"], helpAudit);
  assertEquals((await help.exit()).code, 0);
  assertEquals(await Deno.readTextFile(helpAudit).catch(() => ""), "");
});
