/** Whether a service beside redis-top answers, for the metrics and for one line at each change. */
export type ServiceState = {
	/** What the service is: `Alertmanager`, `webhook`, `Grafana`. */
	readonly kind: string;
	/** Its host and port. */
	readonly place: string;
	/** Undefined before the first attempt. */
	readonly isUp: boolean | undefined;
	/** Messages that wait. */
	readonly waiting: number;
};

/** Tells a person once that a service fails, and once that it answers again. */
export class ServiceReporter {
	readonly #name: string;
	readonly #complain: (text: string) => void;
	#why: string | undefined;
	#isUp: boolean | undefined;

	constructor(name: string, complain: (text: string) => void) {
		this.#name = name;
		this.#complain = complain;
	}

	get isUp(): boolean | undefined {
		return this.#isUp;
	}

	failed(why: string): void {
		if (this.#why === undefined) {
			this.#complain(`${this.#name} ${why}; what it should get waits`);
		}

		this.#why = why;
		this.#isUp = false;
	}

	answered(): void {
		if (this.#why !== undefined) {
			this.#complain(`${this.#name} answers again`);
		}

		this.#why = undefined;
		this.#isUp = true;
	}
}
