import {type ChildProcess, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {builtProgram} from '../../harness/program.js';

/** Rules about the machine, and rules about delays which a machine short of processor time causes. */
const machineRules =
	/^(os\.|cpu\.|lat\.|conn\.rtt|conn\.unresponsive|conn\.stale|srv\.busy|per\.fsync|per\.fork_slow|key\.expire_lag)/;

/** Share of the time in which something waited for a processor, in percent: the machine is then short of it. */
const shortOfProcessor = 40;

/** The part of a line of `watch --json` that is read here. */
type ReportedFinding = {
	readonly rule: string;
	readonly severity: string;
	readonly node?: string;
	readonly title: string;
	readonly evidence: ReadonlyArray<{readonly name: string; readonly value: unknown}>;
};

/** What `watch` found above info. */
export type Found = {readonly rule: string; readonly work: string; readonly isOfMachine: boolean};

/** Runs `watch` and prints every finding above info with the work that is under way. */
export class Findings {
	readonly all: Found[] = [];
	/** The work that is under way. */
	work = 'nothing';
	readonly #watch: ChildProcess;

	private constructor(watch: ChildProcess) {
		this.#watch = watch;
	}

	static async start(targets: readonly string[]): Promise<Findings> {
		const program = path.join(await builtProgram(), 'cli.js');
		const watch = spawn(process.execPath, [program, 'watch', '--json', '-i', '1s', ...targets], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const findings = new Findings(watch);
		let rest = '';
		watch.stdout.setEncoding('utf8').on('data', (text: string) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines.filter(Boolean)) {
				findings.#read(JSON.parse(line));
			}
		});
		return findings;
	}

	/** Ends `watch`. Throws an error if it has ended before. */
	stop(): void {
		if (!this.#watch.kill('SIGTERM')) {
			throw new Error(`watch ended with ${this.#watch.exitCode ?? this.#watch.signalCode}`);
		}
	}

	#read({event, finding}: {event: string; finding: ReportedFinding}): void {
		const isAbove = finding.severity === 'warning' || finding.severity === 'critical';
		if (!isAbove || event === 'closed') {
			return;
		}

		const pressure = processorPressure();
		const {rule} = finding;
		const isOfMachine = machineRules.test(rule) && (pressure === undefined || pressure >= shortOfProcessor);
		this.all.push({rule, work: this.work, isOfMachine});
		const at = new Date().toISOString().slice(11, 19);
		const machine = `load ${os.loadavg()[0]?.toFixed(1)}, waiting ${pressure ?? '?'} %`;
		const mark = isOfMachine ? ' (machine)' : '';
		const evidence = isOfMachine ? '' : finding.evidence.map(({name, value}) => `; ${name}: ${value}`).join('');
		process.stdout.write(
			`${at} ${this.work}: ${event} ${finding.severity}${mark} ${rule} ${finding.node ?? ''} ${finding.title} [${machine}${evidence}]\n`,
		);
	}
}

/** The kernel's ten-second average of `some` in /proc/pressure/cpu, in percent. Undefined where there is none. */
function processorPressure(): number | undefined {
	try {
		const [, share] = /some avg10=([\d.]+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8')) ?? [];
		return share === undefined ? undefined : Number(share);
	} catch {
		return undefined;
	}
}
