import {escapeHtml} from './escape-html.js';
import {figureSvg} from './figure-svg.js';
import type {Incident} from './incident.js';
import {type Block, documentOf, type Item, type Section} from './incident-document.js';
import {reportStyle} from './report-style.js';

const severityWords = {critical: 'critical', warning: 'warning', calm: 'nothing found'} as const;

/**
A report as one HTML file. It fetches nothing and has no script: the Content-Security-Policy in the file forbids both.
Colours follow the reader's dark or light setting.
*/
export function incidentHtml(incident: Incident): string {
	const {title, severity, facts, sections, foot} = documentOf(incident);
	return [
		'<!doctype html>',
		'<html lang="en">',
		'<head>',
		'<meta charset="utf-8">',
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
		'<meta name="viewport" content="width=device-width, initial-scale=1">',
		'<meta name="color-scheme" content="light dark">',
		`<title>${escapeHtml(title)}</title>`,
		`<style>${reportStyle}</style>`,
		'</head>',
		'<body>',
		'<main>',
		'<header>',
		`<h1>${escapeHtml(title)} <span class="badge ${severity}">${severityWords[severity]}</span></h1>`,
		'<dl>',
		...facts.map(([label, value]) => `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`),
		'</dl>',
		'</header>',
		...sections.flatMap(sectionLines),
		`<footer>${escapeHtml(foot)}</footer>`,
		'</main>',
		'</body>',
		'</html>',
	].join('\n');
}

const sectionLines = ({title, blocks}: Section): readonly string[] => [
	'<section>',
	`<h2>${escapeHtml(title)}</h2>`,
	...blocks.flatMap(linesOf),
	'</section>',
];

function linesOf(block: Block): readonly string[] {
	switch (block.kind) {
		case 'paragraph':
			return [`<p>${escapeHtml(block.text)}</p>`];
		case 'table':
			return [
				'<div class="wide"><table>',
				`<thead><tr>${block.heads.map(head => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead>`,
				'<tbody>',
				...block.rows.map(
					({cells, severity}) =>
						`<tr${severity === undefined ? '' : ` class="${severity}"`}>${cells.map(cell => `<td>${escapeHtml(cell === '' ? '-' : cell)}</td>`).join('')}</tr>`,
				),
				'</tbody>',
				'</table></div>',
			];
		case 'list':
			return ['<ul>', ...block.items.flatMap(itemLines), '</ul>'];
		case 'figure':
			return figureSvg(block);
	}
}

function itemLines({text, severity, isCommand = false, items = []}: Item): readonly string[] {
	const shown = isCommand ? `<code>${escapeHtml(text)}</code>` : escapeHtml(text);
	const start = `<li${severity === undefined ? '' : ` class="${severity}"`}>${shown}`;
	return items.length === 0 ? [`${start}</li>`] : [start, '<ul>', ...items.flatMap(itemLines), '</ul></li>'];
}
