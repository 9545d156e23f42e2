/** Works through a list several at a time. */

/**
 * As many at once as there are lanes, begun in the list's order. Where one fails no other is begun, those under way are seen through,
 * and then the whole rejects with the first failure.
 */
export async function inLanes<Item>(items: readonly Item[], lanes: number, work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items].reverse();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined && !failed; item = waiting.pop()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
