/*
 * The part of the public API that is about plans alone: reading and checking them, and saying what is wrong. It loads
 * nothing of what acts on them, for programs that have to start fast.
 */
export { fromBytePath, toBytePath, type BytePath } from './base/capture.ts';
export type { Clock, Instant, Milliseconds } from './base/clock.ts';
export type { Diagnostic, Position } from './base/diagnostic.ts';
export { formatDuration, parseDuration } from './base/duration.ts';
export { messageOf, MusterError } from './base/error.ts';
export { formatSize } from './base/size.ts';
export { clippedTo, widthOf } from './base/width.ts';
export { dateTime, formatInstant } from './base/zone.ts';
export { loadPlan, type LoadResult } from './plan/load.ts';
export type { Plan } from './plan/model/plan.ts';
export type { ParamValue } from './plan/model/runbook.ts';
export type { BackupType, VerifyLevel } from './plan/model/system.ts';
export { formatDiagnostics } from './plan/report/format.ts';
