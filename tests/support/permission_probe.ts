/**
 * Loaded before main.ts with `--preload`: tells, from inside the program, which permissions its main thread has when it opens its
 * first socket, and which are left when it has given some up.
 *
 * @module
 */

const NAMES = ["net", "read", "write", "run", "env", "sys", "ffi", "import"] as const;

let isTold = false;

function granted(): string {
  return NAMES.filter((name) => Deno.permissions.querySync({ name }).state === "granted").join(" ");
}

function tell(): void {
  if (isTold) return;
  isTold = true;
  console.error(`granted: ${granted()}`);
}

let isTellingWhatIsLeft = false;

function tellWhatIsLeft(): void {
  if (isTellingWhatIsLeft) return;
  isTellingWhatIsLeft = true;
  queueMicrotask(() => {
    isTellingWhatIsLeft = false;
    console.error(`left: ${granted() || "nothing"}`);
  });
}

const revokeSync = Deno.permissions.revokeSync.bind(Deno.permissions);
Deno.permissions.revokeSync = (descriptor) => {
  tellWhatIsLeft();
  return revokeSync(descriptor);
};

const { listen, connect } = Deno;
// Every subcommand that needs the network does one of these first.
Deno.listen = ((options: Deno.TcpListenOptions) => {
  tell();
  return listen(options);
}) as typeof Deno.listen;
Deno.connect = ((options: Deno.ConnectOptions) => {
  tell();
  return connect(options);
}) as typeof Deno.connect;
