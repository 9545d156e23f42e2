/** Items of a page at most. */
export const LARGEST_PAGE = 200;
