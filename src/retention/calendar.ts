import { dayMs, type WallTime } from '../base/zone.ts';

export type Period = 'hourly' | 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'yearly';

/** The period that a wall time lies in: `2026-11-20 13h`, `2026-11-20`, `2026-W47` (ISO week), `2026-11`, `2026-Q4`, `2026`. */
export function periodLabel(period: Period, wall: WallTime): string {
  return labels[period](new Date(wall).toISOString(), wall);
}

const labels: Readonly<Record<Period, (iso: string, wall: WallTime) => string>> = {
  hourly: (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 13)}h`,
  daily: (iso) => iso.slice(0, 10),
  weekly: (_, wall) => isoWeek(wall),
  monthly: (iso) => iso.slice(0, 7),
  quarterly: (iso) => `${iso.slice(0, 4)}-Q${Math.ceil(Number(iso.slice(5, 7)) / 3)}`,
  yearly: (iso) => iso.slice(0, 4),
};

/** ISO 8601: a week belongs to the year that its Thursday lies in. */
function isoWeek(wall: WallTime): string {
  const day = Math.floor(wall / dayMs);
  // Day 0, 1970-01-01, was a Thursday.
  const thursday = Math.floor((day + 3) / 7) * 7;
  const year = new Date(thursday * dayMs).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1) / dayMs) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
