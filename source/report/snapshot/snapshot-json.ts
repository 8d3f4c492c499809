import type {MonitorState} from '../../state/monitor-state.js';
import {snapshotOf} from './snapshot.js';

/** Six decimals: a division's tail says nothing. */
const rounded = (_: string, value: unknown): unknown =>
	typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(6)) : value;

/**
The snapshot as JSON, without a last line break. Null is unknown, 0 is zero. Bytes, seconds, milliseconds, microseconds and
moments (ISO 8601, UTC) are told by the fields' names; the texts under `info` are as the server gave them, made printable.

@param nowMs Wall time, milliseconds since the epoch.
@param indent Blanks a level; 0 writes one line.
*/
export function snapshotJson(state: MonitorState, nowMs: number, indent = 2): string {
	return JSON.stringify(snapshotOf(state, nowMs), rounded, indent);
}
