/** What a rebuild says to people. */
import { DomainError } from '../../kernel/errors';
import type { OnProgress, Progress } from './progress-meter';

export const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

export function shownProgress({ events, total, leftMs }: Progress): string {
  const percent = total === 0 ? 100 : Math.floor((events / total) * 100);
  const left = leftMs === null ? '' : `, about ${Math.max(1, Math.round(leftMs / 1_000))} s left`;
  return `${events} of ${total} events (${percent} %${left})`;
}

/** A line at each tenth. */
export function progressLines(say: (line: string) => void): OnProgress {
  let tenth = 0;
  return (progress) => {
    const reached = Math.floor((progress.events / Math.max(1, progress.total)) * 10);
    if (reached <= tenth || reached >= 10) return;
    tenth = reached;
    say(shownProgress(progress));
  };
}

export const otherVersion = (name: string, former: string, running: string): DomainError =>
  new DomainError(
    'projections.other_version',
    `The former table of ${name} was made by ${former}, and this program has ${running}: it cannot go on with it. Start the program of that ` +
      'version, which brings the table back by itself, or rebuild with this one',
    { former, running },
  );
