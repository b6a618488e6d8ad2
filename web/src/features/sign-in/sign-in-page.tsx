import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { type FormEvent, useState } from 'react';

import { ApiProblem, wordsOf } from '../../api/problem.ts';
import { instanceQuery, signIn, signInAs } from '../../api/session.ts';
import type { DemoUser } from '../../api/types.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { roleName } from '../../ui/format.ts';
import { Mark } from '../../ui/mark.tsx';
import { Failure } from '../../ui/states.tsx';

type Props = {
  /** Why the person stands here again, when it is not their first sign-in today. */
  expired: boolean;
  onSignedIn: () => void;
};

/** Sign-in by e-mail and password; in the demo also by choosing a member of the crew. */
export function SignInPage({ expired, onSignedIn }: Props) {
  const instance = useQuery(instanceQuery);
  const attempt = useMutation({
    mutationFn: (way: { userId: string } | { email: string; password: string }) =>
      'userId' in way ? signInAs(way.userId) : signIn(way.email, way.password),
    onSuccess: onSignedIn,
  });
  const crew = instance.data?.demo ? instance.data.demo_users : [];
  return (
    <main className="h-full overflow-y-auto bg-bg">
      <div className="mx-auto flex min-h-full w-full max-w-[440px] flex-col justify-center px-5 py-10">
        <div className="flex items-center gap-3">
          <Mark className="size-9" />
          <div>
            <h1 className="text-xl leading-6 font-semibold tracking-[-0.01em]">Celeste Mail</h1>
            <p className="text-ink-2">The yacht’s mail, on the work it is about.</p>
          </div>
        </div>
        {expired && !attempt.isError && (
          <p role="status" className="mt-6 rounded-lg bg-accent-soft px-3 py-2 text-ink">
            Your session has ended. Sign in and you are back where you were.
          </p>
        )}
        {instance.isError && (
          <div className="mt-6">
            <Failure compact {...wordsOf(instance.error)} onRetry={() => void instance.refetch()} />
          </div>
        )}
        {attempt.isError && (
          <div className="mt-6">
            <Failure compact {...signInWords(attempt.error)} />
          </div>
        )}
        {crew.length > 0 && (
          <DemoCrew users={crew} busy={attempt.isPending} onChoose={(userId) => attempt.mutate({ userId })} />
        )}
        <PasswordForm
          busy={attempt.isPending}
          quiet={crew.length > 0}
          onSubmit={(email, password) => attempt.mutate({ email, password })}
        />
        <p className="mt-8 text-sm text-ink-3">
          {instance.data && `Version ${instance.data.version}`}
          {instance.data?.demo && '. Demo: invented yachts, people and mail.'}
        </p>
      </div>
    </main>
  );
}

function signInWords(error: unknown) {
  if (
    error instanceof ApiProblem &&
    (error.status === 401 || error.code.includes('invalid_email_or_password'))
  ) {
    return {
      title: 'E-mail and password do not match',
      detail: 'Check both and try again.',
      advice: 'The captain or the operator can set a new password.',
    };
  }
  return wordsOf(error);
}

type CrewProps = { users: DemoUser[]; busy: boolean; onChoose: (id: string) => void };

function DemoCrew({ users, busy, onChoose }: CrewProps) {
  const yachts = [...Map.groupBy(users, (user) => user.yacht_name)];
  return (
    <div className="mt-8 space-y-6">
      {yachts.map(([yacht, crew], index) => (
        <section key={yacht} aria-label={yacht}>
          <h2 className="mb-2 flex items-baseline justify-between text-sm font-semibold text-ink-2">
            {yacht}
            {index === 0 && <span className="font-normal text-ink-3">Sign in as</span>}
          </h2>
          <ul className="overflow-hidden rounded-xl border border-line bg-surface">
            {crew.map((user) => (
              <li key={user.id} className="not-last:border-b">
                <button
                  type="button"
                  disabled={busy}
                  onClick={() => onChoose(user.id)}
                  className="group flex h-13 w-full items-center gap-3 px-3.5 text-left -outline-offset-2 hover:bg-hover disabled:opacity-60"
                >
                  <Avatar name={user.display_name} />
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">{user.display_name}</span>
                    <span className="block truncate text-sm text-ink-3">{roleName(user.role)}</span>
                  </span>
                  <ArrowRight size={15} className="text-ink-3 group-hover:text-accent" aria-hidden="true" />
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const FIELD = 'h-9 w-full rounded-md border border-line-strong bg-surface px-3 text-base pointer-coarse:h-11';

type FormProps = { busy: boolean; quiet: boolean; onSubmit: (email: string, password: string) => void };

function PasswordForm({ busy, quiet, onSubmit }: FormProps) {
  const [shown, setShown] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    onSubmit(String(fields.get('email')), String(fields.get('password')));
  };
  if (quiet && !shown) {
    return (
      <button
        type="button"
        onClick={() => setShown(true)}
        className="mt-6 self-start rounded text-accent hover:underline"
      >
        Sign in with e-mail and password
      </button>
    );
  }
  return (
    <form onSubmit={submit} className="mt-8 space-y-4">
      <label className="block">
        <span className="mb-1 block text-sm font-medium text-ink-2">E-mail</span>
        <input name="email" type="email" autoComplete="username" required className={FIELD} />
      </label>
      <label className="block">
        <span className="mb-1 block text-sm font-medium text-ink-2">Password</span>
        <input name="password" type="password" autoComplete="current-password" required className={FIELD} />
      </label>
      <Button type="submit" look="primary" size="md" disabled={busy} className="h-9 w-full">
        {busy ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  );
}
