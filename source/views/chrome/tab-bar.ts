import {causeCounts} from '../../state/cause-counts.js';
import type {MonitorState} from '../../state/monitor-state.js';
import {type PanelId, panelTable} from '../../state/panel-table.js';
import {type Line, type Span, span, withTarget} from '../../text/line.js';

/** How a tab names its panel: `2 Memory`, `2Mem` or `2`. */
type TabForm = 'title' | 'short' | 'key';

type Tabs = {
	readonly shown: PanelId;
	readonly findings: number;
	/** The character between a tab and its count: `·`, or `:` on an ASCII terminal. */
	readonly dot: string;
	/**
	Whether the keyboard key on a panel's tab opens that panel. The user can bind this key to something else in the config
	file.
	*/
	readonly hasKey: (key: string) => boolean;
};

/**
The number of causes with severity warning or critical, as on line 2 and in the title of panel 9. Notes don't count,
because a healthy deployment has dozens of them.
*/
export function findingCount(state: MonitorState, nowMs: number): number {
	const {critical, warning} = causeCounts(state, nowMs);
	return critical + warning;
}

function tab(row: (typeof panelTable)[number], form: TabForm, {shown, findings, dot, hasKey}: Tabs): Line {
	const {id, title, short} = row;
	const name = form === 'title' ? ` ${title}` : form === 'short' ? short : '';
	const key = hasKey(row.key) ? row.key : '';
	const count = id === 'findings' && findings > 0 ? `${dot}${findings}` : '';
	const spans: Span[] =
		id === shown
			? [span(`${key}${name}${count}`, 'selected')]
			: [span(key, 'key'), span(name, 'dim'), ...(count === '' ? [] : [span(count, 'warning')])];
	return withTarget(
		spans.filter(({text}) => text !== ''),
		{panel: id},
	);
}

/**
The tab bar in four forms, longest first, each with the number of findings. The first two show the titles or the short
names of all panels. The third shows the short names of only those panels whose key is a digit. The last shows all keys
without names.
*/
export function tabBars(tabs: Tabs): readonly Line[] {
	const withDigits = panelTable.filter(({key}) => /\d/.test(key));
	const forms: ReadonlyArray<readonly [TabForm, ReadonlyArray<(typeof panelTable)[number]>]> = [
		['title', panelTable],
		['short', panelTable],
		['short', withDigits],
		['key', panelTable],
	];
	return forms.map(([form, panels]) =>
		panels
			.map(row => tab(row, form, tabs))
			.filter(spans => spans.length > 0)
			.flatMap(spans => [span(' '), ...spans]),
	);
}
