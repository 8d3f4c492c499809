import {execFileSync} from 'node:child_process';
import {appendFileSync, mkdirSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {type Finding, median} from './setting.js';

/** The results of every run, one line of JSON each. */
const resultsFile = path.join('bench', 'results.ndjson');

const git = (...words: readonly string[]): string => execFileSync('git', words, {encoding: 'utf8'}).trim();

/** Appends the findings to the results, with the commit, the machine, and how busy it was. */
export function keepResults(
	findings: ReadonlyArray<Finding & {readonly before?: number | undefined}>,
	about: {readonly [key: string]: unknown},
): void {
	const [cpu] = os.cpus();
	const result = {
		at: new Date().toISOString(),
		commit: git('rev-parse', '--short', 'HEAD'),
		isChanged: git('status', '--porcelain', '--', 'source', 'scripts') !== '',
		machine: {cpu: cpu?.model.trim(), cores: os.cpus().length, load: os.loadavg()[0], node: process.version},
		...about,
		findings: findings.map(({what, figure, unit, budget, before}) => ({
			what,
			figure: rounded(figure),
			unit,
			budget,
			before: rounded(before),
		})),
	};
	mkdirSync(path.dirname(resultsFile), {recursive: true});
	appendFileSync(resultsFile, `${JSON.stringify(result)}\n`);
}

const rounded = (value: number | undefined): number | undefined =>
	value === undefined ? undefined : Number(value.toPrecision(4));

/** Prints the head of a table: of one program, or of two that are compared. */
export function printHead(isCompared = false): void {
	const columns = isCompared ? ['now', 'before', 'ratio'] : ['figure', 'budget', 'ratio'];
	console.log(
		`${'what'.padEnd(52)}${columns.map((name, index) => name.padStart(index === 2 ? 8 : 12)).join('')}   note`,
	);
}

/** Prints a line for each finding. A figure over its budget is marked. */
export function print(findings: readonly Finding[]): void {
	clearProgress();
	for (const {what, figure, unit, budget, note} of findings) {
		const isOver = figure !== undefined && budget !== undefined && figure > budget;
		printLine(what, unit, [figure, budget], isOver ? ' ! ' : '   ', note);
	}
}

/** Prints a line for each figure of two programs: the medians of all rounds, and the ratio of the first to the second. */
export function printComparison(
	now: ReadonlyArray<readonly Finding[]>,
	before: ReadonlyArray<readonly Finding[]>,
): Array<Finding & {readonly before: number | undefined}> {
	clearProgress();
	const [first = []] = now;
	return first.map(({what, unit}) => {
		const [figure, other] = [now, before].map(rounds =>
			median(rounds.flatMap(findings => findings.find(finding => finding.what === what)?.figure ?? [])),
		);
		printLine(what, unit, [figure, other], '   ');
		return {what, figure, unit, before: other};
	});
}

function clearProgress(): void {
	if (process.stderr.isTTY) {
		process.stderr.write('\r\u{1B}[K');
	}
}

function printLine(
	what: string,
	unit: Finding['unit'],
	[figure, other]: ReadonlyArray<number | undefined>,
	mark: string,
	note = '',
): void {
	const ratio = figure === undefined || other === undefined ? '' : ratioOf(figure, other);
	const amounts = [figure, other].map((value, index) =>
		(value === undefined ? (index === 0 ? '-' : '') : amount(value, unit)).padStart(12),
	);
	console.log(`${what.padEnd(52)}${amounts.join('')}${ratio.padStart(8)}${mark}${note}`.trimEnd());
}

/** Of nothing there is no part. */
function ratioOf(figure: number, other: number): string {
	return other === 0 ? (figure === 0 ? '0.00' : '-') : (figure / other).toFixed(2);
}

function amount(value: number, unit: Finding['unit']): string {
	switch (unit) {
		case '%':
			return `${value.toFixed(value < 1 ? 4 : 2)} %`;
		case 'x':
			return `${value.toFixed(2)} ×`;
		case 'ms':
		case 'MB':
			return `${value.toFixed(1)} ${unit}`;
		case 'B':
		case 'µs/s':
			return `${value.toFixed(0)} ${unit}`;
	}
}
