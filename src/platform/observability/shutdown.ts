/** Whether the process is on its way out: it then asks to be given no more work, and finishes what it has. */
export class Shutdown {
  private begun = false;

  begin(): void {
    this.begun = true;
  }

  get isStopping(): boolean {
    return this.begun;
  }
}
