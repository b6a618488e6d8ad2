import { ClipboardList, Inbox, RefreshCw, Settings, Wrench } from 'lucide-react';

/** Where one can go, in the order of every navigation. */
export const PLACES = [
  { to: '/inbox', label: 'Inbox', icon: Inbox, keys: 'g i' },
  { to: '/work-orders', label: 'Work orders', icon: ClipboardList, keys: 'g w' },
  { to: '/equipment', label: 'Equipment', icon: Wrench, keys: 'g e' },
  { to: '/sync', label: 'Sync', icon: RefreshCw, keys: 'g y' },
  { to: '/settings', label: 'Settings', icon: Settings, keys: 'g s' },
] as const;
