import {Box, type SuspendTerminal, Text, useApp, useInput, usePaste, useWindowSize} from 'ink';
import {memo, type ReactNode, useEffect, useReducer, useSyncExternalStore} from 'react';
import type {ActionDialog} from '../actions/dialog/dialog-shape.js';
import {readKeys} from '../keys/read-keys.js';
import type {ExternalStore} from '../state/external-store.js';
import type {MonitorState} from '../state/monitor-state.js';
import {panelRow} from '../state/panel-table.js';
import type {ViewState} from '../state/view-state.js';
import type {Line} from '../text/line.js';
import {ActionBox, DetailsBox, HelpBox} from './boxes/overlays.js';
import type {Controller} from './control/controller.js';
import {panelOf, screenLines} from './screen.js';
import {panelInput, type ScreenInput} from './screen-input.js';
import type {Paint} from './theme.js';

/** Anything that can be watched and read: the monitor store, or the state held while the screen is paused. */
export type Readable<T> = Pick<ExternalStore<T>, 'get' | 'subscribe'>;

export type AppProps = {
	readonly state: Readable<MonitorState>;
	readonly view: Readable<ViewState>;
	/** The open action's box; undefined while none is. */
	readonly dialog: Readable<ActionDialog | undefined>;
	readonly controller: Controller;
	/** What the screen shows now. */
	readonly screenInput: () => ScreenInput;
	readonly paint: Paint;
	readonly onResize: (columns: number, rows: number) => void;
	/** What is on the screen now. */
	readonly onDrawn?: (lines: readonly Line[]) => void;
	/** Hands over Ink's way to give the terminal away for a while. */
	readonly onReady: (suspendTerminal: SuspendTerminal) => void;
};

/** Ages grow while nothing comes: without news a frame is drawn so often, milliseconds. */
const idleFrameMs = 1300;

const Row = memo(function Row({text}: {readonly text: string}): ReactNode {
	return <Text wrap="truncate">{text}</Text>;
});

/** The whole screen: one line a row, and over it the box that is open. The only place that reads keys and sizes. */
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
	// Started anew by every frame, so that it only fires when nothing else made one.
	useEffect(() => {
		const timer = setTimeout(drawAgain, idleFrameMs);
		return () => clearTimeout(timer);
	});

	const input: ScreenInput = {...screenInput(), columns, rows};
	const lines = screenLines(input);
	useEffect(() => onDrawn?.(lines));
	return (
		<Box width={columns} height={rows} flexDirection="column">
			{lines.map((spans, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a screen row's identity is its place.
				<Row key={index} text={paint(spans) || ' '} />
			))}
			<Overlay input={input} dialog={dialog} paint={paint} />
		</Box>
	);
}

type OverlayProps = {
	readonly input: ScreenInput;
	readonly dialog: ActionDialog | undefined;
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
			return <HelpBox firstRow={overlay.firstRow} search={overlay.search} keyboard={input.keyboard} {...area} />;
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
					{...area}
				/>
			);
		}
	}
}
