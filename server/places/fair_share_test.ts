import { assertEquals } from "@std/assert";
import { FairShare, type Idleness } from "./fair_share.ts";

const PATIENCE_MS = 10_000;

interface Member {
  readonly name: string;
  /** `undefined` while it is busy. */
  idleness: Idleness | undefined;
}

/** Four places, two for an address, with so many idle members of each address. */
function shareOf(counts: Readonly<Record<string, number>>, { maxPerAddress = 2 } = {}) {
  const share = new FairShare<Member>({
    max: 4,
    maxPerAddress,
    idleness: (one) => one.idleness,
  });
  const members = Object.entries(counts).flatMap(([hostname, count]) =>
    Array.from({ length: count }, (_, index) => {
      const member: Member = {
        name: `${hostname}/${index + 1}`,
        idleness: { rank: 0, sinceMs: index, patienceMs: PATIENCE_MS },
      };
      share.add(hostname, member);
      return member;
    })
  );
  const givesWay = (hostname: string, nowMs: number) => {
    const room = share.roomFor(hostname, nowMs);
    return room.isFree ? "free" : room.givesWay?.name ?? "nobody";
  };
  return { share, members, givesWay };
}

Deno.test("FairShare has room until all places are taken", () => {
  const { share, members, givesWay } = shareOf({ a: 1, b: 1, c: 1 });
  assertEquals([share.size, givesWay("d", 0)], [3, "free"]);
  share.add("d", members[0]);
  assertEquals([share.size, givesWay("e", 0)], [4, "nobody"]);
  share.delete("d", members[0]);
  share.delete("d", members[0]);
  assertEquals([share.size, givesWay("e", 0)], [3, "free"]);
});

Deno.test("FairShare gives an address its part and no more, whatever is free", () => {
  const { givesWay } = shareOf({ a: 2 });
  assertEquals([givesWay("a", PATIENCE_MS - 1), givesWay("b", 0)], ["nobody", "free"]);
  assertEquals(givesWay("a", PATIENCE_MS), "a/1", "its own, once that was silent for long");
});

Deno.test("FairShare takes the addresses of one IPv6 network for one", () => {
  const { givesWay } = shareOf({ "2001:db8::1": 1, "2001:db8::2": 1 });
  assertEquals([givesWay("2001:db8::3", 0), givesWay("2001:db8:0:1::1", 0)], ["nobody", "free"]);
});

Deno.test("FairShare takes from who holds most, at once, and from equals after a while", () => {
  const { givesWay } = shareOf({ a: 3, b: 1 }, { maxPerAddress: 3 });
  assertEquals(givesWay("c", 2), "a/1");
  assertEquals(givesWay("b", 2), "a/1");
  const equal = shareOf({ a: 1, b: 1, c: 1, d: 1 });
  assertEquals([equal.givesWay("e", PATIENCE_MS - 1), equal.givesWay("e", PATIENCE_MS)], ["nobody", "a/1"]);
});

Deno.test("FairShare lets the lowest rank give way, then the longest silent, and nobody who is busy", () => {
  const { members, givesWay } = shareOf({ a: 2, b: 2 });
  const [first, second, third, fourth] = members;
  first.idleness = { rank: 1, sinceMs: 0, patienceMs: PATIENCE_MS - 5 };
  assertEquals(givesWay("c", PATIENCE_MS), "a/2");
  second.idleness = { rank: 1, sinceMs: 5, patienceMs: PATIENCE_MS - 5 };
  assertEquals(givesWay("c", PATIENCE_MS), "a/1");
  first.idleness = second.idleness = undefined;
  assertEquals(givesWay("c", PATIENCE_MS), "b/1", "another address where the first has nobody");
  third.idleness = fourth.idleness = undefined;
  assertEquals(givesWay("c", PATIENCE_MS), "nobody");
});

Deno.test("FairShare.limit() allows fewer, never more, and at least one", () => {
  const { share, givesWay } = shareOf({ a: 1, b: 1 });
  share.limit(2);
  assertEquals([share.max, givesWay("c", 0)], [2, "nobody"]);
  share.limit(3);
  assertEquals(share.max, 2);
  share.limit(0);
  assertEquals([share.max, share.idlest()?.name], [1, "a/1"]);
});
