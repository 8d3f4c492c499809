import {fit} from './fit.js';
import type {Glyphs} from './glyphs.js';
import {unknown} from './units.js';

/**
A bar of exactly `width` cells. A ratio above 0 never looks empty, and a ratio below 1 never looks full. A ratio above 1
is a full bar; an unknown ratio is a dash.
*/
export function meter(ratio: number | undefined, width: number, glyphs: Glyphs): string {
	const cells = Math.max(0, Math.floor(width));
	if (ratio === undefined || !Number.isFinite(ratio)) {
		return fit(unknown, cells, 'left', glyphs.ellipsis);
	}

	const lowest = ratio > 0 ? 1 : 0;
	const highest = ratio < 1 ? cells - 1 : cells;
	const full = Math.max(0, Math.min(cells, Math.max(lowest, Math.min(highest, Math.round(ratio * cells)))));
	return glyphs.meterFull.repeat(full) + glyphs.meterEmpty.repeat(cells - full);
}
