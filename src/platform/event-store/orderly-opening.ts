/** What is opened half is closed again, and what is closed is closed to its end. */

export async function orRelease<Result>(
  release: () => Promise<void>,
  open: () => Promise<Result>,
  explain: (error: unknown) => unknown = (error) => error,
): Promise<Result> {
  try {
    return await open();
  } catch (error) {
    await release();
    throw explain(error);
  }
}

export const inOrder = (first: () => Promise<void>, second: () => Promise<void>) => async (): Promise<void> => {
  try {
    await first();
  } finally {
    await second();
  }
};
