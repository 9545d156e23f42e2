/** Running a task after the current turn of the event loop is a port, so that a simulation decides the order. */
export type Defer = (task: () => void) => void;
