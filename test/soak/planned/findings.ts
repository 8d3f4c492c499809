import {type ChildProcess, spawn} from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {builtProgram} from '../../harness/program.js';
import type {TestReply} from '../../harness/resp-client.js';
import {machineProof, pressureOf, type ReportedFinding} from './machine-proof.js';
import {ProcessorTimes} from './processor-times.js';

/** A server that `watch` looks at. */
export type LookedAt = {
	readonly pid: number;
	readonly port: number;
	command(...words: readonly string[]): Promise<TestReply>;
};

/** What `watch` found above info. */
export type Found = {readonly rule: string; readonly work: string; readonly isOfMachine: boolean};

/** Age of the readings from which a finding is checked, milliseconds. */
const readMs = 80_000;

/** Runs `watch` and prints every finding above info with the work that is under way. */
export class Findings {
	readonly all: Found[] = [];
	/** The work that is under way. */
	work = 'nothing';
	readonly #watch: ChildProcess;
	readonly #servers: () => readonly LookedAt[];
	readonly #times: ProcessorTimes;
	/** The findings are checked one after the other, in the order in which they came. */
	#proving: Promise<void> = Promise.resolve();

	private constructor(watch: ChildProcess, servers: () => readonly LookedAt[]) {
		this.#watch = watch;
		this.#servers = servers;
		this.#times = new ProcessorTimes(() => [watch.pid ?? 0, ...servers().map(({pid}) => pid)]);
	}

	/** @param servers The servers that run now. */
	static async start(targets: readonly string[], servers: () => readonly LookedAt[]): Promise<Findings> {
		const program = path.join(await builtProgram(), 'cli.cjs');
		const watch = spawn(process.execPath, [program, 'watch', '--json', '-i', '1s', ...targets], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const findings = new Findings(watch, servers);
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
	async stop(): Promise<void> {
		const isRunning = this.#watch.kill('SIGTERM');
		await this.#proving;
		await this.#times.stop();
		if (!isRunning) {
			throw new Error(`watch ended with ${this.#watch.exitCode ?? this.#watch.signalCode}`);
		}
	}

	#read({event, finding}: {event: string; finding: ReportedFinding}): void {
		const isAbove = finding.severity === 'warning' || finding.severity === 'critical';
		if (isAbove && event !== 'closed') {
			const {work} = this;
			const nowMs = Date.now();
			this.#proving = this.#proving.then(() => this.#prove(event, finding, work, nowMs));
		}
	}

	async #prove(event: string, finding: ReportedFinding, work: string, nowMs: number): Promise<void> {
		const {rule} = finding;
		const node = finding.node ?? '';
		const serverAt = (address: string) => this.#servers().find(({port}) => address.endsWith(`:${port}`));
		const server = serverAt(node);
		const replica = serverAt(String(finding.evidence.find(({name}) => name === 'replica')?.value ?? ''));
		const times = (processId = 0) => this.#times.since(processId, nowMs - readMs);
		const processorPressure = pressureOf('cpu', 'avg10');
		const proof = machineProof(finding, {
			nowMs,
			server: await times(server?.pid),
			replica: await times(replica?.pid),
			watch: await times(this.#watch.pid),
			slowlog: await server?.command('SLOWLOG', 'GET', '128').catch(() => undefined),
			processorPressure,
			diskPressure: pressureOf('io', 'avg60'),
		});
		const isOfMachine = proof?.isOfMachine ?? false;
		this.all.push({rule, work, isOfMachine});
		const at = new Date(nowMs).toISOString().slice(11, 19);
		const machine = `load ${os.loadavg()[0]?.toFixed(1)}, waiting ${processorPressure ?? '?'} %`;
		const evidence = isOfMachine ? [] : finding.evidence.map(({name, value}) => `${name}: ${value}`);
		const details = [machine, ...(proof === undefined ? [] : [proof.figures]), ...evidence].join('; ');
		process.stdout.write(
			`${at} ${work}: ${event} ${finding.severity}${isOfMachine ? ' (machine)' : ''} ${rule} ${node} ${finding.title} [${details}]\n`,
		);
	}
}
