// What stands in place of a screen: while it loads, when it broke, when there is none at the address.
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';

import { wordsOf } from '../api/problem.ts';
import { Empty, Failure } from '../ui/states.tsx';

const LINK =
  'inline-flex h-8 items-center rounded-md bg-accent px-3 font-medium text-accent-ink hover:bg-accent-hover';

export function NotFoundPage() {
  return (
    <main className="h-full bg-surface">
      <Empty
        page
        icon={<Compass size={24} aria-hidden="true" />}
        title="Nothing at this address"
        action={
          <Link to="/inbox" className={LINK}>
            To the inbox
          </Link>
        }
      >
        The link may be old, or what it pointed to is not yours to see.
      </Empty>
    </main>
  );
}

export function CrashPage({ error, reset }: ErrorComponentProps) {
  return (
    <main className="mx-auto h-full max-w-xl pt-16">
      <Failure {...wordsOf(error)} onRetry={() => (reset ? reset() : window.location.reload())} />
    </main>
  );
}

export function Waiting() {
  return (
    <div className="h-full bg-surface" aria-busy="true" role="status">
      <span className="sr-only">Loading</span>
    </div>
  );
}
