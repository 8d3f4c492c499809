import {Box, type SuspendTerminal, Text, Transform, useApp, useInput, usePaste, useWindowSize} from 'ink';
import {memo, type ReactNode, useEffect, useReducer, useSyncExternalStore} from 'react';
import type {DialogContent} from '../actions/dialog/dialog-content.js';
import {readKeys} from '../keys/read-keys.js';
import type {MonitorState} from '../state/monitor-state.js';
import {panelRow} from '../state/panel-table.js';
import type {ViewState} from '../state/view-state.js';
import type {Line} from '../text/line.js';
import {ActionBox, DetailsBox, HelpBox} from './boxes/overlays.js';
import {PasswordBox} from './boxes/password-box.js';
import type {Controller} from './control/controller.js';
import type {Readable} from './monitor-screen.js';
import {PaletteBox} from './palette/palette-box.js';
import {paletteEntries} from './palette/palette-entries.js';
import {rowHints, rowKeysOf} from './row-keys.js';
import {panelOf, screenLines} from './screen.js';
import {focusedNode, panelInput, type ScreenInput} from './screen-input.js';
import type {Paint} from './theme.js';

export type AppProps = {
	readonly state: Readable<MonitorState>;
	readonly view: Readable<ViewState>;
	/** The content of the open dialog; undefined while no dialog is open. */
	readonly dialog: Readable<DialogContent | undefined>;
	readonly controller: Controller;
	/** Returns everything that the screen is drawn from. */
	readonly screenInput: () => ScreenInput;
	readonly paint: Paint;
	readonly onResize: (columns: number, rows: number) => void;
	/** Receives the lines of the screen after each drawing. */
	readonly onDrawn?: (lines: readonly Line[]) => void;
	/** Called once with Ink's `suspendTerminal`, which lends the terminal to another program. */
	readonly onReady: (suspendTerminal: SuspendTerminal) => void;
};

/**
Time since the last drawing after which the screen is drawn again, in milliseconds. The ages on it thus keep counting.
*/
const idleFrameMs = 1300;

const Row = memo(function Row({text}: {readonly text: string}): ReactNode {
	return <Text wrap="truncate">{text}</Text>;
});

/**
All rows of a screen without a box, as one node of Ink. With a node for each row, React and Ink took a tenth of all
processor time. Ink measures only the blank, which the transformation replaces by the rows.
*/
function Rows({rows}: {readonly rows: readonly string[]}): ReactNode {
	const frame = rows.join('\n');
	return (
		<Transform accessibilityLabel={frame} transform={() => frame}>
			{' '}
		</Transform>
	);
}

/** The whole screen: its rows, and the open box drawn over them. Only this component reads keys and the window size. */
export function App(props: AppProps): ReactNode {
	const {controller, paint, screenInput, onReady, onResize, onDrawn} = props;
	useSyncExternalStore(props.state.subscribe, props.state.get);
	useSyncExternalStore(props.view.subscribe, props.view.get);
	const dialog = useSyncExternalStore(props.dialog.subscribe, props.dialog.get);
	const {columns, rows} = useWindowSize();
	const {suspendTerminal} = useApp();
	const [, drawAgain] = useReducer((count: number) => count + 1, 0);

	useInput((input, key) => controller.press(readKeys(input, key)));
	usePaste(text => controller.paste(text));
	useEffect(() => onReady(suspendTerminal), [onReady, suspendTerminal]);
	useEffect(() => onResize(columns, rows), [onResize, columns, rows]);
	// Each drawing of the screen restarts this timer. If no other drawing follows within `idleFrameMs`, the timer draws
	// the screen again.
	useEffect(() => {
		const timer = setTimeout(drawAgain, idleFrameMs);
		return () => clearTimeout(timer);
	});

	const input: ScreenInput = {...screenInput(), columns, rows};
	const lines = screenLines(input);
	useEffect(() => onDrawn?.(lines));
	const texts = lines.map(spans => paint(spans) || ' ');
	const hasBox = dialog !== undefined || input.view.overlay !== undefined;
	return (
		<Box width={columns} height={rows} flexDirection="column">
			{hasBox ? (
				// biome-ignore lint/suspicious/noArrayIndexKey: a screen line is identified by its position.
				texts.map((text, index) => <Row key={index} text={text} />)
			) : (
				<Rows rows={texts} />
			)}
			<Overlay input={input} dialog={dialog} paint={paint} />
		</Box>
	);
}

type OverlayProps = {
	readonly input: ScreenInput;
	readonly dialog: DialogContent | undefined;
	readonly paint: Paint;
};

function Overlay({input, dialog, paint}: OverlayProps): ReactNode {
	const {view, columns, rows, glyphs} = input;
	const area = {columns, rows, glyphs, paint};
	if (dialog !== undefined) {
		return <ActionBox dialog={dialog} {...area} />;
	}

	const {overlay} = view;
	switch (overlay?.kind) {
		case undefined: {
			return null;
		}

		case 'help': {
			return (
				<HelpBox
					panel={view.panel}
					firstRow={overlay.firstRow}
					search={overlay.search}
					keyboard={input.keyboard}
					{...area}
				/>
			);
		}

		case 'palette': {
			const entries = paletteEntries({
				state: input.state,
				node: focusedNode(input.state, view),
				keyboard: input.keyboard,
			});
			return <PaletteBox palette={overlay} entries={entries} {...area} />;
		}

		case 'password': {
			return <PasswordBox box={overlay} {...area} />;
		}

		case 'details': {
			const panel = panelOf({...view, panel: overlay.panel});
			const facts = panel.details?.(panelInput(input), overlay.rowKey);
			return (
				<DetailsBox
					title={panel.rowTitle ?? panelRow(panel.id).title}
					facts={facts}
					firstRow={overlay.firstRow}
					keyboard={input.keyboard}
					ownKeys={rowHints(rowKeysOf(input), input.keyboard)}
					{...area}
				/>
			);
		}
	}
}
