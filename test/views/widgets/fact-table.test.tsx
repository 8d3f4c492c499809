import assert from 'node:assert/strict';
import test from 'node:test';
import {render} from 'ink-testing-library';
import {unicodeGlyphs} from '../../../source/text/glyphs.js';
import {paintPlain} from '../../../source/views/theme.js';
import {FactTable} from '../../../source/views/widgets/fact-table.js';

test('each fact takes one line, its value is cut to the width, and rows that do not fit are left out', () => {
	const {lastFrame} = render(
		<FactTable
			rows={[
				['role', 'primary, 2 replicas'],
				['last save', '3m12s ago, and it took as long as a very long text does'],
				['never shown', 'x'],
			]}
			width={40}
			height={2}
			paint={paintPlain}
			glyphs={unicodeGlyphs}
		/>,
	);
	assert.deepEqual(
		lastFrame()
			?.split('\n')
			.map(line => line.trimEnd()),
		[' role         primary, 2 replicas', ' last save    3m12s ago, and it took a…'],
	);
});
