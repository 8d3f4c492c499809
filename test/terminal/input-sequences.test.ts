import assert from 'node:assert/strict';
import {test} from 'node:test';
import {escapeKeyMs, InputSequences} from '../../source/terminal/input-sequences.js';

const esc = '\u001B';

/** The keys that are read from packets `gapMs` apart. The Escape key is read when its time has come. */
function read(packets: readonly string[], gapMs: number): string {
	const sequences = new InputSequences();
	let nowMs = 0;
	let out = '';
	for (const packet of packets) {
		out += sequences.push(packet, nowMs);
		if (gapMs >= escapeKeyMs) {
			out += sequences.escapeKey(nowMs + escapeKeyMs);
		}

		nowMs += gapMs;
	}

	return out + sequences.escapeKey(nowMs + escapeKeyMs);
}

const arrows = [...'ABCDHF'].flatMap(letter => [`[${letter}`, `O${letter}`]);
const keys = [...arrows, '[5~', '[6~', '[1;5A', '[[A', '[<64;1;2M', '[I', '[12;40R'];

for (const key of keys) {
	test(`ESC ${key} is one sequence, wherever it is split`, () => {
		const whole = esc + key;
		for (let at = 1; at < whole.length; at++) {
			const packets = [whole.slice(0, at), whole.slice(at)];
			for (const gapMs of [0, 5, 30, 60, 90]) {
				assert.equal(read([...packets, 'j'], gapMs), `${whole}j`);
			}

			const late = read(packets, 150);
			assert.ok(late === whole || late === esc, JSON.stringify(late));
		}

		assert.equal(read([...whole], 20), whole);
	});
}

for (const [name, report] of [
	['a colour report, BEL', `${esc}]11;rgb:1e1e/1e1e/1e1e\u0007`],
	['a colour report, ST', `${esc}]11;rgb:1e1e/1e1e/1e1e${esc}\\`],
	['a device string', `${esc}P>|xterm(370)${esc}\\`],
	['APC', `${esc}_Gi=1;OK${esc}\\`],
	['PM', `${esc}^b/q${esc}\\`],
	['SOS', `${esc}Xb/q${esc}\\`],
	['a mouse press of X10', `${esc}[M !!`],
] as const) {
	test(`${name} is no key, whole or split anywhere`, () => {
		assert.equal(read([`k${report}j`], 0), 'kj');
		for (let at = 1; at < report.length; at++) {
			for (const gapMs of [0, 30, 90]) {
				assert.equal(read([report.slice(0, at), `${report.slice(at)}j`], gapMs), 'j');
			}
		}
	});
}

for (const [packets, gapMs, expected] of [
	[[esc], 0, esc],
	[[esc, 'j'], 150, `${esc}j`],
	[[esc, '['], 450, `${esc}[`],
	[[esc, esc], 150, esc + esc],
	[[`${esc}${esc}`], 0, esc + esc],
	[[`${esc}j`], 0, `${esc}j`],
	// A report without an end does not take a key that is pressed later, nor Ctrl-C.
	[[`${esc}]11;`, 'q'], 400, 'q'],
	[[`${esc}]11;`, '\u0003'], 30, '\u0003'],
	[[`${esc}]11;x${esc}[A`], 0, `${esc}[A`],
	[[`${esc}[M`, 'q'], 400, 'q'],
] as const) {
	test(`${JSON.stringify(packets)} ${gapMs} ms apart: ${JSON.stringify(expected)}`, () => {
		assert.equal(read(packets, gapMs), expected);
	});
}

test('a paste passes unchanged, wherever it is split', () => {
	const paste = `${esc}[200~q${esc}]11;b${esc}[M${esc}\n${esc}[201~`;
	for (let at = 1; at < paste.length; at++) {
		assert.equal(read([paste.slice(0, at), `${paste.slice(at)}j`], 20), `${paste}j`);
	}
});
