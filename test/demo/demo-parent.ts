// This program replaces the monitor in tests that end it. It starts the demo, prints its address, and runs until it is
// ended.
import process from 'node:process';
import {startDemo} from '../../source/demo/start-demo.js';

const [serverBinary = '', keeperFile = '', ending] = process.argv.slice(2);
const {target, replicas} = await startDemo({serverBinary, keeperFile});
process.stdout.write(`${JSON.stringify({target, replicas})}\n`);
if (ending === 'throw') {
	throw new Error('a bug');
}

setInterval(() => {}, 1 << 30);
