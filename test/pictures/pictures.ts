import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {ensureServer} from '../../scripts/fetch-servers.mjs';
import {builtProgram} from '../harness/program.js';
import {openPty, type PtyScreen} from '../harness/pty.js';
import {darkPalette, lightPalette, movingSvg, type ScreenCells, screenSvg} from './svg.js';

type Size = {readonly cols: number; readonly rows: number};
type Theme = 'dark' | 'light';

type Picture = {
	readonly incident: string;
	/** The screen is taken when its text first matches. */
	readonly shows: RegExp;
	readonly sizes: readonly Size[];
	readonly themes: readonly Theme[];
	/** Keys that are pressed first. */
	readonly keys?: string;
};

const sizes: readonly Size[] = [
	{cols: 80, rows: 24},
	{cols: 120, rows: 40},
	{cols: 200, rows: 60},
];
const middle: readonly Size[] = [{cols: 120, rows: 40}];

const pictures: readonly Picture[] = [
	{incident: 'memory-full', shows: /^!!.*writes/m, sizes, themes: ['dark', 'light']},
	{incident: 'cluster-shard-down', shows: /^!!.*slots/m, sizes: middle, themes: ['dark', 'light']},
	{incident: 'slow-keys', shows: /^!.*keys/im, sizes: middle, themes: ['dark'], keys: '9'},
];

const palettes = {dark: darkPalette, light: lightPalette};
const folder = path.resolve('docs', 'pictures');

/** Plays an incident and opens the monitor on it. */
async function play(
	incident: string,
	size: Size,
	theme: Theme,
): Promise<{screen: PtyScreen; end: () => Promise<void>}> {
	const home = mkdtempSync(path.join(os.tmpdir(), 'redis-top-pictures-'));
	const screen = await openPty({
		file: process.execPath,
		args: [path.join(await builtProgram(), 'cli.cjs'), 'demo', 'incident', incident, '--theme', theme],
		...size,
		env: {
			HOME: home,
			REDIS_TOP_SERVER: await ensureServer(),
			COLORTERM: 'truecolor',
			TERM: 'xterm-256color',
			NO_COLOR: undefined,
			XDG_STATE_HOME: undefined,
			XDG_CONFIG_HOME: undefined,
			XDG_CACHE_HOME: undefined,
		},
	});
	return {
		screen,
		end: async () => {
			screen.press('q');
			await Promise.race([screen.exited, delay(10_000)]);
			await screen.dispose();
			rmSync(home, {recursive: true, force: true});
		},
	};
}

async function take({incident, shows, keys}: Picture, size: Size, theme: Theme): Promise<ScreenCells> {
	const {screen, end} = await play(incident, size, theme);
	try {
		await screen.waitFor(shows, {what: `${incident} on the screen`, deadlineMs: 90_000});
		screen.press(keys ?? '');
		// Rates and charts need a few samples before a picture shows them.
		await delay(8000);
		return screen.cells();
	} finally {
		await end();
	}
}

/** One screen a second, from before the incident until the verdict names it. */
async function takeMoving({incident, shows}: Picture, size: Size): Promise<ScreenCells[]> {
	const {screen, end} = await play(incident, size, 'dark');
	try {
		const taken: ScreenCells[] = [];
		for (let left = 4; left > 0 && taken.length < 24; ) {
			await delay(1000);
			taken.push(screen.cells());
			left -= shows.test(screen.text()) ? 1 : 0;
		}

		return taken.slice(-14);
	} finally {
		await end();
	}
}

const write = (name: string, svg: string): void => {
	writeFileSync(path.join(folder, name), svg);
	process.stdout.write(`docs/pictures/${name}  ${Math.round(svg.length / 1024)} KB\n`);
};

mkdirSync(folder, {recursive: true});
/** Only these incidents; all where none is named. */
const chosen = process.argv.slice(2);
for (const picture of pictures.filter(({incident}) => chosen.length === 0 || chosen.includes(incident))) {
	for (const size of picture.sizes) {
		for (const theme of picture.themes) {
			const cells = await take(picture, size, theme);
			write(
				`${picture.incident}-${size.cols}x${size.rows}-${theme}.svg`,
				screenSvg(cells, palettes[theme], `redis-top during the incident ${picture.incident}`),
			);
		}
	}
}

const [moving] = pictures;
if (moving !== undefined && (chosen.length === 0 || chosen.includes('moving'))) {
	write(
		'moving.svg',
		movingSvg(
			await takeMoving(moving, {cols: 80, rows: 24}),
			1,
			darkPalette,
			`redis-top before and during the incident ${moving.incident}`,
		),
	);
}
