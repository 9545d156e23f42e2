/** Works through a list several at a time. */

/**
 * As many at once as there are lanes, begun in the list's order. Where one fails no other is begun, those under way are seen through,
 * and then the whole rejects with the first failure.
 */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item, isGoingOn: () => boolean) => Promise<void>,
): Promise<void> {
  const waiting = [...items].reverse();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined && failures.length === 0; item = waiting.pop()) {
      try {
        await work(item, () => failures.length === 0);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}
