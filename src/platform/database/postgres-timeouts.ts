/** How long a connection may take, also a free one of a pool. Apart from the driver, which is loaded only where it is used. */
export const CONNECT_TIMEOUT_MS = 4_000;
