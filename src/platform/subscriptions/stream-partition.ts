/** Which partition a stream belongs to: the same for ever, on every machine, since checkpoints hang on it. */

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** 0 to `count` - 1. FNV-1a over tenant and stream, mixed once more so that few partitions are filled evenly too. */
export function partitionOf(tenantId: string, stream: string, count: number): number {
  const key = `${tenantId}\u001f${stream}`;
  let hash = OFFSET_BASIS;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
