// The entry file of the standalone executable. It runs redis-top, or the part of it that the first argument names.
import process from 'node:process';
import {start} from './commands/start.js';
import {type OwnPart, partPrefix} from './demo/own-process.js';

const parts: Readonly<Record<OwnPart, () => Promise<unknown>>> = {
	'demo-keeper': () => import('./demo/keeper.js'),
	'demo-incident': () => import('./demo/incidents/keeper.js'),
	'demo-fleet': () => import('./demo/fleet/keeper.js'),
	'demo-simulated': () => import('./demo/simulated/keeper.js'),
};

const part = Object.entries(parts).find(([name]) => process.argv[2] === `${partPrefix}${name}`)?.[1];
if (part === undefined) {
	process.exitCode = await start(process.argv.slice(2), process.env);
} else {
	// Removes the argument that names the part. The part then finds its own arguments where it would find them in its own
	// file.
	process.argv.splice(2, 1);
	await part();
}
