// The switch that lets a demo mailbox live: mail arrives while you look.
import type { SandboxContext } from '../context.ts';
import type { NewMessage } from '../store/new-message.ts';

export type LiveOptions = { mailbox?: string; everySeconds?: number };

/** Where the text of live mail comes from; the world sets it. */
export type LiveSource = (options: { address: string; n: number; now: Date }) => {
  folder: string;
  message: NewMessage;
};

const DEFAULT_SECONDS = 45;

export class LiveMail {
  readonly #context: SandboxContext;
  readonly #seed: number;
  #timer: NodeJS.Timeout | null = null;
  #source: LiveSource | null = null;
  #delivered = 0;

  constructor(context: SandboxContext, seed: number) {
    this.#context = context;
    this.#seed = seed;
  }

  setSource(source: LiveSource): void {
    this.#source = source;
  }

  /** From the control interface: `{on, mailbox?, every_seconds?}`. */
  configure(body: Record<string, unknown>): { on: boolean; delivered: number } {
    if (body.on === false) this.stop();
    else {
      this.start({
        ...(typeof body.mailbox === 'string' ? { mailbox: body.mailbox } : {}),
        ...(typeof body.every_seconds === 'number' ? { everySeconds: body.every_seconds } : {}),
      });
    }
    return { on: this.#timer !== null, delivered: this.#delivered };
  }

  start({ mailbox, everySeconds = DEFAULT_SECONDS }: LiveOptions): void {
    this.stop();
    this.#timer = setInterval(() => this.deliver(mailbox), Math.max(0.05, everySeconds) * 1000);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** One mail now, to the mailbox or to the next in turn. */
  deliver(mailbox?: string): void {
    const mailboxes = mailbox ? [mailbox] : this.#context.store.mailboxes().map(({ address }) => address);
    const address = mailboxes[this.#delivered % mailboxes.length];
    if (!address || !this.#context.store.mailbox(address)) return;
    this.#delivered += 1;
    const now = this.#context.now();
    const made =
      this.#source?.({ address, n: this.#seed * 1_000_003 + this.#delivered, now }) ??
      plainMail(address, now);
    this.#context.store.deliver(address, made.folder, made.message);
  }
}

function plainMail(address: string, now: Date): { folder: string; message: NewMessage } {
  return {
    folder: 'inbox',
    message: {
      subject: `Position report ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      from: { name: 'Weather desk', address: 'desk@seaweather.example' },
      to: [{ name: address, address }],
      receivedAt: now,
      body: { contentType: 'text', content: 'Wind north-west 4, sea slight, visibility good.' },
    },
  };
}
