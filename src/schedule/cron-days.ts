import { CronExpression, CronFieldCollection } from 'cron-parser';

import type { WallTime } from '../base/zone.ts';
import type { Window } from './window.ts';

/** The days that a cron expression means, each as its midnight. Asks the library once a year of the calendar. */
export class CronDays {
  readonly #midnights: CronFieldCollection;
  readonly #years = new Map<number, readonly WallTime[]>();

  constructor(fields: CronFieldCollection) {
    this.#midnights = CronFieldCollection.from(fields, { hour: [0], minute: [0], second: [0] });
  }

  within(window: Window): readonly WallTime[] {
    const days: WallTime[] = [];
    const last = new Date(window.until).getUTCFullYear();
    for (let year = new Date(window.from).getUTCFullYear(); year <= last; year += 1)
      for (const day of this.#ofYear(year)) if (day >= window.from && day < window.until) days.push(day);
    return days;
  }

  #ofYear(year: number): readonly WallTime[] {
    let days = this.#years.get(year);
    if (!days) this.#years.set(year, (days = this.#ask(year)));
    return days;
  }

  #ask(year: number): readonly WallTime[] {
    const window = { currentDate: Date.UTC(year) - 1, endDate: Date.UTC(year + 1) - 1 };
    const expression = new CronExpression(this.#midnights, { tz: 'UTC', ...window });
    const days: WallTime[] = [];
    while (expression.hasNext()) days.push(expression.next().getTime());
    return days;
  }
}
