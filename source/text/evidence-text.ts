import type {Evidence} from '../domain/finding.js';
import {messageText} from '../domain/message.js';
import {bytes, bytesPerSecond, count, grouped, milliseconds, percent, perSecond, seconds} from './units.js';

/** The value of an evidence as text: `5.46G`, `91%`, `12.0/s`. */
export function evidenceValue({value, unit}: Evidence): string {
	if (typeof value !== 'number') {
		return messageText(value);
	}

	switch (unit) {
		case 'bytes':
			return bytes(value);
		case 'bytesPerSecond':
			return bytesPerSecond(value);
		case 'seconds':
			return value > 0 && value < 10 ? `${Number(value.toFixed(1))}s` : value < 0 ? String(value) : seconds(value);
		case 'milliseconds':
			return milliseconds(value);
		case 'perSecond':
			return perSecond(value);
		case 'share':
			return percent(value);
		case 'count':
			return Math.abs(value) < 10_000 ? grouped(value) : count(value);
		default:
			return String(value);
	}
}

/** The name and the value of an evidence as text: `used_memory 5.46G`. */
export const evidenceText = (evidence: Evidence): string => `${evidence.name} ${evidenceValue(evidence)}`;

/** The value for JSON: a number in its unit, or text. */
export const evidenceData = (value: Evidence['value']): number | string =>
	typeof value === 'number' ? value : messageText(value);
