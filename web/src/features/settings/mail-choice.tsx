import type { MailChoice } from '../../api/types.ts';

const CHOICES: { value: MailChoice; label: string; words: string }[] = [
  { value: 'keep', label: 'Keep the mail that is here', words: 'It stays readable, with its links.' },
  {
    value: 'purge',
    label: 'Delete it from Celeste Mail',
    words: 'For good, except what is on a work order or equipment. Nothing changes in Outlook.',
  },
];

/** What the button says that does it, beyond what it does to the connection. */
export const alsoDeletes = (choice: MailChoice): string => (choice === 'purge' ? ' and delete mail' : '');

/** What becomes of the mail, once it is done; for a toast. */
export const mailAfter = (choice: MailChoice): string =>
  choice === 'purge'
    ? 'Its mail is being deleted here, except what is on a work order or equipment.'
    : 'The mail that is here stays.';

type Props = { value: MailChoice; onChange: (choice: MailChoice) => void };

/** What becomes of the copies when a mailbox is disconnected. */
export function MailChoiceField({ value, onChange }: Props) {
  return (
    <fieldset className="space-y-1.5 pt-1">
      <legend className="sr-only">The mail that is here</legend>
      {CHOICES.map((choice) => (
        <label
          key={choice.value}
          className="flex cursor-pointer gap-2.5 rounded-md border border-line p-2.5 text-sm has-[:checked]:border-accent has-[:checked]:bg-hover"
        >
          <input
            type="radio"
            name="mail-choice"
            value={choice.value}
            checked={value === choice.value}
            onChange={() => onChange(choice.value)}
            className="mt-0.5 accent-accent"
          />
          <span>
            <span className="block font-medium text-ink">{choice.label}</span>
            <span className="text-ink-2">{choice.words}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
