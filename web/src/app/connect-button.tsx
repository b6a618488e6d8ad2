import { useQuery } from '@tanstack/react-query';

import { watchersQuery } from '../api/mailboxes.ts';
import type { Purpose } from '../api/types.ts';
import { useConnect } from '../features/settings/connect.ts';
import { Button } from '../ui/button.tsx';

type Props = { words: string; purpose?: Purpose };

/** Off to Microsoft, to let us read the mailbox, or write for its owner. */
export function ConnectButton({ words, purpose = 'read' }: Props) {
  const connect = useConnect();
  // Asked for again where it is used: a sign-in without it would close the shared ones.
  const shared = useQuery(watchersQuery).data?.some((each) => each.mine && each.kind === 'shared') ?? false;
  return (
    <Button
      look="primary"
      disabled={connect.isPending || connect.isSuccess}
      onClick={() => connect.mutate({ purpose, shared: shared && purpose === 'read' })}
    >
      {words}
    </Button>
  );
}
