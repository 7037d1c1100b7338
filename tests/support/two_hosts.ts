/**
 * Two hosts on one cable, for what the loopback does not have: multicast between programs that each bind a port. They are
 * network namespaces of Linux with a pair of virtual interfaces; making them needs root.
 *
 * @module
 */

/** One of the hosts. */
export interface Host {
  /** Its IPv4 address. */
  readonly address: string;
  /** Its interface. */
  readonly device: string;
  /** What a program is started through, to run there. */
  readonly through: readonly string[];
}

/** The hosts, until they are disposed of. */
export interface TwoHosts extends AsyncDisposable {
  readonly one: Host;
  readonly other: Host;
}

/** Makes them. */
export async function startTwoHosts(): Promise<TwoHosts> {
  const id = `mj${Deno.pid % 10_000}x${Math.floor(Math.random() * 1000)}`;
  const names = [`${id}a`, `${id}b`];
  const hosts = names.map((name, index): Host => ({
    address: `10.213.7.${index + 1}`,
    device: name,
    through: ["ip", "netns", "exec", name],
  }));
  const remove = async () => {
    for (const name of names) await ip(["netns", "delete", name]).catch(() => {/* it may not have been made */});
  };
  try {
    for (const name of names) await ip(["netns", "add", name]);
    await ip(["-n", names[0], "link", "add", names[0], "type", "veth", "peer", "name", names[1], "netns", names[1]]);
    for (const { address, device } of hosts) {
      await ip(["-n", device, "address", "add", `${address}/24`, "dev", device]);
      for (const link of [device, "lo"]) await ip(["-n", device, "link", "set", link, "up"]);
      await ip(["-n", device, "route", "add", "224.0.0.0/4", "dev", device]);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { one: hosts[0], other: hosts[1], [Symbol.asyncDispose]: remove };
}

async function ip(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args: [...args], stderr: "piped" }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
