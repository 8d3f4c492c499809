import {Text} from 'ink';
import type {ReactNode} from 'react';
import type {PasswordView} from '../../state/view-state.js';
import {cutLine, cutStart, padLine} from '../../text/fit.js';
import type {Glyphs} from '../../text/glyphs.js';
import {blankLine, type Line, span} from '../../text/line.js';
import {wrapWords} from '../../text/wrap-words.js';
import type {Paint} from '../theme.js';
import {BoxFrame} from '../widgets/box-frame.js';

export type PasswordBoxProps = {
	readonly box: PasswordView;
	readonly columns: number;
	readonly rows: number;
	readonly paint: Paint;
	readonly glyphs: Glyphs;
};

const widest = 72;
const labelWidth = 11;

/** The box that asks for user and password. It shows a mark instead of each character of the password. */
export function PasswordBox({box, ...area}: PasswordBoxProps): ReactNode {
	const {columns, rows, paint, glyphs} = area;
	const width = Math.min(columns, widest);
	const inside = Math.max(0, width - 2);
	const lines = passwordLines(box, inside, glyphs);
	const height = Math.min(rows, lines.length + 2);
	return (
		<BoxFrame
			title={`password for ${box.node}`}
			hint={box.answer === 'trying' ? 'Esc closes' : 'Enter tries it, Tab changes the field, Esc closes'}
			width={width}
			height={height}
			{...area}
		>
			{lines.map((spans, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a line of the box is identified by its position.
				<Text key={index} wrap="truncate">
					{paint(padLine(cutLine(spans, inside, glyphs.ellipsis), inside))}
				</Text>
			))}
		</BoxFrame>
	);
}

function passwordLines({field, user, passwordLength, answer}: PasswordView, width: number, glyphs: Glyphs): Line[] {
	const room = Math.max(1, width - labelWidth - 2);
	const fieldLine = (name: typeof field, text: string, whenEmpty: string): Line => [
		span(` ${name.padEnd(labelWidth - 1)}`, field === name ? 'key' : 'label'),
		...(text === '' && field !== name
			? [span(whenEmpty, 'dim' as const)]
			: [span(cutStart(text, room, glyphs.ellipsis))]),
		...(field === name ? [span('_', 'accent' as const)] : []),
	];
	const mark = glyphs.isAscii ? '*' : '•';
	const below =
		answer === undefined
			? [line('It is tried on this node once and kept in memory alone.', 'dim')]
			: answer === 'trying'
				? [line('trying it …', 'accent')]
				: wrapWords(answer.problem, Math.max(1, width - 2)).map(text => line(text, 'critical'));
	return [
		fieldLine('user', user, '(the default user)'),
		fieldLine('password', mark.repeat(passwordLength), ''),
		blankLine,
		...below,
	];
}

const line = (text: string, tone: 'dim' | 'accent' | 'critical'): Line => [span(` ${text}`, tone)];
