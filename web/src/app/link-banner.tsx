import { onlineManager } from '@tanstack/react-query';
import { WifiOff } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';

import { useLiveState } from '../api/live.ts';

/** A short drop is nothing to speak of: the browser reopens the stream within seconds. */
const PATIENCE_MS = 6000;

/** Says when the link to the service is down, and what that means for what one sees. */
export function LinkBanner() {
  const online = useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  );
  const lost = useLiveState() === 'lost';
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!lost) return setLong(false);
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [lost]);
  if (online && !long) return null;
  return (
    <p
      role="status"
      className="flex items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-sm text-ink"
    >
      <WifiOff size={14} className="shrink-0 text-warn" aria-hidden="true" />
      The link is down. What you have opened can still be read; the rest is caught up when the link is back.
    </p>
  );
}
