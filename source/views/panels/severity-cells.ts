import type {Limits} from '../../domain/threshold.js';
import type {Glyphs} from '../../text/glyphs.js';
import {type Line, span} from '../../text/line.js';
import {meter} from '../../text/meter.js';

/** How bad a figure is; also the tone of its cell. */
export type Grade = 'plain' | 'warning' | 'critical';

/** The grade of a figure that is bad above its limits; plain when it is unknown. */
export const grade = (value: number | undefined, limits: Limits): Grade =>
	value === undefined || value <= limits.warning ? 'plain' : value <= limits.critical ? 'warning' : 'critical';

/** The text of a cell with the mark of its grade, so that the grade can be read without colours. */
export const marked = (text: string, of: Grade, gap = ' '): string =>
	of === 'plain' ? text : of === 'warning' ? `!${gap}${text}` : `!!${gap}${text}`;

/**
A bar of exactly `width` cells that shows a ratio. Full cells up to the warning limit have a calm tone. Those from there
to the critical limit have the warning tone, and those above it the critical tone. An unknown ratio is a dash.
*/
export function gradedMeter(ratio: number | undefined, width: number, glyphs: Glyphs, limits: Limits): Line {
	const text = meter(ratio, width, glyphs);
	const full = [...text].filter(cell => cell === glyphs.meterFull).length;
	const warning = Math.min(full, Math.round(limits.warning * width));
	const critical = Math.max(warning, Math.min(full, Math.round(limits.critical * width)));
	return [
		span(text.slice(0, warning), 'accent'),
		span(text.slice(warning, critical), 'warning'),
		span(text.slice(critical, full), 'critical'),
		span(text.slice(full), 'dim'),
	].filter(({text: part}) => part !== '');
}
