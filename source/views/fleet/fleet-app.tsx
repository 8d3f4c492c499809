import process from 'node:process';
import {Box, render, type SuspendTerminal, Text, useApp, useInput, usePaste, useWindowSize} from 'ink';
import {memo, type ReactNode, useEffect, useReducer, useSyncExternalStore} from 'react';
import {readKeys, withFunctionKeys} from '../../keys/read-keys.js';
import type {FleetState} from '../../prometheus/fleet/fleet-source.js';
import type {ExternalStore} from '../../state/external-store.js';
import type {ThemeName} from '../../state/view-state.js';
import {makeNonBlocking, ScreenOutput} from '../../terminal/screen-output.js';
import {readWholeSequences} from '../../terminal/whole-input.js';
import {sanitize} from '../../text/sanitize.js';
import {inkOptions} from '../mount.js';
import {type Paint, paintPlain, paintWith} from '../theme.js';
import {FleetController, type FleetControllerOptions} from './fleet-controller.js';
import {type FleetScreenInput, fleetLines} from './fleet-screen.js';
import type {FleetView} from './fleet-view.js';

/** Time after which the screen is drawn again, in milliseconds, so that the age of the data on it keeps counting. */
const idleFrameMs = 1000;

export type FleetAppOptions = Omit<FleetScreenInput, 'state' | 'view' | 'nowMs' | 'columns' | 'rows'> & {
	readonly state: Pick<ExternalStore<FleetState>, 'get' | 'subscribe'>;
	readonly view: ExternalStore<FleetView>;
	readonly now: () => number;
	readonly theme: ThemeName | undefined;
	readonly effects: Omit<FleetControllerOptions['effects'], 'suspend' | 'repaint'> & {
		/** Stops the process, as for Ctrl-Z. Resolves when the process continues. */
		readonly whileSuspended: () => Promise<void>;
	};
	/** Called after each drawing of the screen. */
	readonly onDrawn: () => void;
};

export type MountedFleet = {
	/** The number of lines of the terminal. */
	readonly rows: () => number;
	readonly notify: FleetController['notify'];
	readonly suspend: () => void;
	/** Restores the terminal. */
	readonly unmount: () => void;
};

type FleetAppProps = {
	readonly options: FleetAppOptions;
	readonly controller: FleetController;
	readonly paint: Paint;
	readonly onReady: (suspend: SuspendTerminal) => void;
};

const Row = memo(function Row({text}: {readonly text: string}): ReactNode {
	return <Text wrap="truncate">{text}</Text>;
});

function FleetApp({options, controller, paint, onReady}: FleetAppProps): ReactNode {
	const state = useSyncExternalStore(options.state.subscribe, options.state.get);
	const view = useSyncExternalStore(options.view.subscribe, options.view.get);
	const {columns, rows} = useWindowSize();
	const {suspendTerminal} = useApp();
	const [, drawAgain] = useReducer((count: number) => count + 1, 0);
	useInput((input, key) => controller.press(readKeys(input, key)));
	usePaste(text => controller.paste(sanitize(text.trim())));
	useEffect(() => onReady(suspendTerminal), [onReady, suspendTerminal]);
	useEffect(() => {
		const timer = setTimeout(drawAgain, idleFrameMs);
		return () => clearTimeout(timer);
	});
	useEffect(() => options.onDrawn());
	const lines = fleetLines({...options, state, view, nowMs: options.now(), columns, rows});
	return (
		<Box width={columns} height={rows} flexDirection="column">
			{lines.map((spans, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a screen line is identified by its position.
				<Row key={index} text={paint(spans) || ' '} />
			))}
		</Box>
	);
}

/** Draws the list of the fleet on the terminal's alternate screen, and connects its keys. */
export function mountFleet(options: FleetAppOptions): MountedFleet {
	const output = new ScreenOutput(process.stdout);
	const paint = options.theme === undefined ? paintPlain : paintWith(options.theme);
	makeNonBlocking(process.stdout);
	let suspendWith: SuspendTerminal | undefined;
	const suspend = () => {
		void suspendWith?.(async () => {
			output.leave();
			await options.effects.whileSuspended();
			output.enter();
		});
	};

	const controller = new FleetController({
		view: options.view,
		state: options.state.get,
		keyboard: options.keyboard,
		now: options.now,
		rows: () => output.rows,
		effects: {
			...options.effects,
			suspend,
			repaint: () => {
				output.forget();
				options.view.set({...options.view.get()});
			},
		},
	});
	const readAsBefore = readWholeSequences(process.stdin, withFunctionKeys);
	output.enter();
	const instance = render(
		<FleetApp
			options={options}
			controller={controller}
			paint={paint}
			onReady={ready => {
				suspendWith = ready;
			}}
		/>,
		inkOptions(output),
	);
	return {
		rows: () => output.rows,
		notify: (text, tone) => controller.notify(text, tone),
		suspend,
		unmount: () => {
			readAsBefore();
			output.leave();
			instance.unmount();
		},
	};
}
