// What stands in place of a screen: while it loads, when it broke, when there is none at the address.
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { useEffect, useState } from 'react';

import { wordsOf } from '../api/problem.ts';
import { Empty, Failure, NotHereYet } from '../ui/states.tsx';

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

const PATIENCE_MS = 3000;

/** A screen on its way: silent at first; says why when it takes long. */
export function Waiting() {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="h-full bg-surface" aria-busy="true" role="status">
      {long ? <NotHereYet /> : <span className="sr-only">Loading</span>}
    </div>
  );
}
